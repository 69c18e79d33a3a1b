import { read } from '../../http/endpoint.ts'
import { openPage, sealPage } from '../../http/page-token.ts'
import { array, boolean, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { AliasName, RegisteredName } from '../names.ts'
import { Rollout } from './rollout.ts'
import { rolloutsBefore } from './rollout-store.ts'
import { rolloutToWire } from './to-wire.ts'

export const listRollouts = read({
  route: 'GET /api/2.0/millrace/rollouts/list',
  summary: 'List rollouts, the newest first',
  access: { filtered: 'registered_models' },
  input: object({
    name: optional(RegisteredName),
    alias: optional(AliasName),
    all: withDefault(boolean({ description: 'Also those that are over' }), false),
    max_results: withDefault(int64({ min: 1, max: 200 }), 50),
    page_token: withDefault(string({ max: 8_192 }), ''),
  }),
  output: object({ rollouts: array(Rollout), next_page_token: optional(string()) }),
  async handler(db, { name, alias, all, max_results, page_token }, { visible }) {
    const purpose = JSON.stringify(['rollouts/list 1', name ?? null, alias ?? null, all])
    const before = page_token === '' ? Number.MAX_SAFE_INTEGER : await openPage<number>(db, purpose, page_token)
    const found = await rolloutsBefore(db, { name, alias, active: !all, visible, before }, max_results + 1)
    const page = found.slice(0, max_results)
    const last = page.at(-1)
    const rollouts = page.map(rolloutToWire)
    return found.length <= max_results || !last ? { rollouts } : { rollouts, next_page_token: await sealPage(db, purpose, last.id) }
  },
})
