import { query, type Reader } from '../../db/handles.ts'
import { array, boolean, enumOf, type Static, string } from '../../http/schema.ts'
import { Stage } from '../model-versions/index.ts'
import { VersionNumber } from '../names.ts'
import { ENDINGS, type Ending } from '../scans/index.ts'

/** How far a version has come, as the wire has it. */
export const standingFields = {
  name: string(),
  version: VersionNumber,
  aliases: array(string()),
  stage: Stage,
  scan: enumOf(ENDINGS, { description: 'How the scan of its files ended' }),
  signed: boolean({ description: 'Whether somebody who is trusted now signed its files' }),
  approved: boolean({ description: 'Whether somebody approved it, for each of its aliases and its stage if it has any' }),
}
export type Standing = { readonly [Field in keyof typeof standingFields]: Static<(typeof standingFields)[Field]> }

/** A row of {@link STANDING_COLUMNS}. */
export type StandingRow = {
  readonly id: number
  readonly model: number
  readonly name: string
  readonly version: number
  readonly stage: number
  readonly ending: Ending
  readonly signed: number
  readonly approved: number
}

const APPROVED_FOR = (kind: 'alias' | 'stage', target: string): string =>
  `exists (select 1 from gate_request r join gate_decision d on d.request = r.id and d.says = 'approve'
     where r.version = v.id and r.state = 'used' and r.kind = '${kind}' and lower(r.target) = lower(${target}))`

const STAGE_NAME = `case v.stage when 1 then 'Staging' else 'Production' end`

// A request is 'used' when all that its rule asks for was there; a bypass is none. Who signed stands in the tag that only the server sets.
const APPROVED = `(exists (select 1 from gate_request r join gate_decision d on d.request = r.id and d.says = 'approve'
     where r.version = v.id and r.state = 'used')
   and not (v.stage in (1, 2) and not ${APPROVED_FOR('stage', STAGE_NAME)})
   and not exists (select 1 from registered_model_alias a
     where a.model = v.model and a.version = v.version and not ${APPROVED_FOR('alias', 'a.alias')}))`
const SIGNED = `exists (select 1 from model_version_tag t where t.version = v.id and t.key = 'millrace.signature')`

/** Of a version `v` of a model `m`; {@link STANDING_JOINS} joins the rest. */
export const STANDING_COLUMNS = `v.id, v.model, m.name, v.version, v.stage, coalesce(s.ending, 'not_looked_at') as ending,
  case when ${SIGNED} then 1 else 0 end as signed, case when ${APPROVED} then 1 else 0 end as approved`
export const STANDING_JOINS = `left join model_version_manifest h on h.version = v.id
  left join scan_result s on s.root_sha256 = h.root_sha256`

/** A version `v` that something refers to, and to which something is missing. */
export const IN_USE = `(v.stage in (1, 2) or exists
  (select 1 from registered_model_alias a where a.model = v.model and a.version = v.version))`
export const LACKING = `(coalesce(s.ending, 'not_looked_at') <> 'clean' or not ${SIGNED} or not ${APPROVED})`

const ALIASES = query<{ model: number; alias: string; version: number }>(
  (dialect) => `select model, alias, version from registered_model_alias where ${dialect.inIntegers('model')} order by alias`,
)

/** Rows as the wire has them, in their order. */
export async function standingsOf(db: Reader, rows: readonly StandingRow[]): Promise<Standing[]> {
  const aliases = new Map<string, string[]>()
  const keyOf = (model: number, version: number): string => `${model} ${version}`
  if (rows.length > 0) {
    for (const { model, alias, version } of await db.all(ALIASES, db.dialect.list([...new Set(rows.map((row) => row.model))]))) {
      const key = keyOf(model, version)
      aliases.set(key, [...(aliases.get(key) ?? []), alias])
    }
  }
  return rows.map(({ model, name, version, stage, ending, signed, approved }) => ({
    name,
    version,
    aliases: aliases.get(keyOf(model, version)) ?? [],
    stage,
    scan: ending,
    signed: signed === 1,
    approved: approved === 1,
  }))
}
