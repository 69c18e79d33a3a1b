import { query, type Reader } from '../../db/handles.ts'
import { IN_USE, STANDING_COLUMNS, STANDING_JOINS, type Standing, type StandingRow, standingsOf } from './standing.ts'

type Row = StandingRow & { readonly findings: string | null }

/** A version that an alias or a stage points to, and what is known of it. */
export type InUse = Standing & {
  readonly id: number
  /** Rules of the findings of its scan, the first first. */
  readonly scan_rules: readonly string[]
  /** Where two people put it past the policy: aliases and stages. */
  readonly bypassed: readonly { readonly kind: 'alias' | 'stage'; readonly target: string }[]
}

const PAGE = query<Row>(
  `select ${STANDING_COLUMNS}, s.findings from model_version v join registered_model m on m.id = v.model ${STANDING_JOINS}
   where m.workspace = ? and m.is_prompt = 0 and v.deleted_ms is null and v.id > ? and ${IN_USE} order by v.id limit ?`,
)
const BYPASSED = query<{ version: number; kind: 'alias' | 'stage'; target: string }>(
  (dialect) =>
    `select distinct version, kind, target from gate_request where state = 'bypassed' and ${dialect.inIntegers('version')}
     order by version, kind, target`,
)

/** Versions in use after one with this id inside, in the order of their ids: pages, so that nobody waits for all of them. */
export async function versionsInUse(db: Reader, after: number, limit: number): Promise<InUse[]> {
  const rows = await db.all(PAGE, db.workspace, after, limit)
  if (rows.length === 0) return []
  const standings = await standingsOf(db, rows)
  const bypasses = await db.all(BYPASSED, db.dialect.list(rows.map(({ id }) => id)))
  return rows.map(({ id, findings }, at) => ({
    ...(standings[at] as Standing),
    id,
    scan_rules: [...new Set((JSON.parse(findings ?? '[]') as { rule: string }[]).map(({ rule }) => rule))],
    bypassed: bypasses.filter(({ version }) => version === id).map(({ kind, target }) => ({ kind, target })),
  }))
}
