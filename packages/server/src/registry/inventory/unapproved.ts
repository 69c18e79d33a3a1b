import { shownSql } from '../../access/visible.ts'
import { adHocQuery } from '../../db/handles.ts'
import { read } from '../../http/endpoint.ts'
import { openPage, sealPage } from '../../http/page-token.ts'
import { array, enumOf, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import {
  IN_USE,
  LACKING,
  STANDING_COLUMNS,
  STANDING_JOINS,
  type Standing,
  type StandingRow,
  standingFields,
  standingsOf,
} from './standing.ts'

const LACKS = ['scan', 'signature', 'approval'] as const
const PURPOSE = 'inventory/unapproved 1'

type Row = StandingRow & { readonly created_by: string | null; readonly created_ms: number }

const lacksOf = ({ scan, signed, approved }: Standing): (typeof LACKS)[number][] =>
  LACKS.filter((what) => !{ scan: scan === 'clean', signature: signed, approval: approved }[what])

export const listUnapprovedVersions = read({
  route: 'GET /api/2.0/millrace/inventory/unapproved',
  summary: 'List model versions that an alias or a stage points to without a clean scan, a signature or an approval, the newest first',
  access: { filtered: 'registered_models' },
  input: object({
    max_results: withDefault(int64({ min: 1, max: 1_000 }), 100),
    page_token: withDefault(string({ max: 8_192 }), ''),
  }),
  output: object({
    model_versions: array(
      object({
        ...standingFields,
        lacks: array(enumOf(LACKS)),
        owner: optional(string({ description: 'Who made the version' })),
        created_ms: int64(),
      }),
    ),
    next_page_token: optional(string()),
  }),
  heavy: import.meta.url,
  async handler(db, { max_results, page_token }, { visible }) {
    const before = page_token === '' ? Number.MAX_SAFE_INTEGER : await openPage<number>(db, PURPOSE, page_token)
    const shown = shownSql(visible, 'v.model', db.dialect)
    const sql = `select ${STANDING_COLUMNS}, v.created_by, v.created_ms
      from model_version v join registered_model m on m.id = v.model ${STANDING_JOINS}
      where m.workspace = ? and ${shown.sql} and m.is_prompt = 0 and v.deleted_ms is null and v.id < ? and ${IN_USE} and ${LACKING}
      order by v.id desc limit ?`
    const found = await db.all(adHocQuery<Row>(sql), db.workspace, ...shown.values, before, max_results + 1)
    const page = found.slice(0, max_results)
    const standings = await standingsOf(db, page)
    const model_versions = page.map(({ created_by, created_ms }, at) => {
      const standing = standings[at] as Standing
      return { ...standing, lacks: lacksOf(standing), owner: created_by ?? undefined, created_ms }
    })
    const last = page.at(-1)
    if (found.length <= max_results || !last) return { model_versions }
    return { model_versions, next_page_token: await sealPage(db, PURPOSE, last.id) }
  },
})
