import { read } from '../../http/endpoint.ts'
import { openPage, sealPage } from '../../http/page-token.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { movesBefore } from '../gates/index.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { registeredByName } from '../registered.ts'
import { optionalTarget, placeFields } from './target.ts'

export const getPromotionHistory = read({
  route: 'GET /api/2.0/millrace/promotions/history',
  summary: "List where a registered model's aliases and stages pointed, by whom, when and why, the newest first",
  access: { permission: 'read', on: ({ name }) => ({ registered_model: name }) },
  input: object({
    name: RegisteredName,
    ...placeFields,
    max_results: withDefault(int64({ min: 1, max: 1_000 }), 100),
    page_token: withDefault(string({ max: 8_192 }), ''),
  }),
  output: object({
    moves: array(
      object({
        alias: optional(string()),
        stage: optional(string()),
        from_version: optional(VersionNumber),
        to_version: optional(VersionNumber),
        what: string({ description: 'set, rollback, bypass, delete, archive, leave or version_deleted' }),
        user: string(),
        at_ms: int64(),
        reason: optional(string()),
        request_id: optional(string({ description: 'The request by which it was approved' })),
        root_sha256: optional(string({ description: "The digest of the version's files at that time" })),
      }),
    ),
    next_page_token: optional(string()),
  }),
  async handler(db, { name, max_results, page_token, ...place }) {
    const { id } = await registeredByName(db, name)
    const target = optionalTarget(place)
    const purpose = JSON.stringify(['promotions/history 1', id, target ?? null])
    const before = page_token === '' ? Number.MAX_SAFE_INTEGER : await openPage<number>(db, purpose, page_token)
    const found = await movesBefore(db, id, target, before, max_results + 1)
    const page = found.slice(0, max_results)
    const moves = page.map((move) => ({
      [move.kind]: move.target,
      from_version: move.from_version ?? undefined,
      to_version: move.to_version ?? undefined,
      what: move.what,
      user: move.user_name,
      at_ms: move.at_ms,
      reason: move.reason ?? undefined,
      request_id: move.request_id ?? undefined,
      root_sha256: move.root_sha256 ?? undefined,
    }))
    const last = page.at(-1)
    return found.length <= max_results || !last ? { moves } : { moves, next_page_token: await sealPage(db, purpose, last.id) }
  },
})
