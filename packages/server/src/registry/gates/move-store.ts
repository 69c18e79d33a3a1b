import { command, query, type Reader, type Value, type Writer } from '../../db/handles.ts'
import type { Caller } from '../../http/access.ts'
import type { Target } from '../policy/index.ts'
import type { Candidate } from './candidate.ts'

/** Why an alias or a stage points elsewhere: it was set, put back, set by two people past the policy, taken away, or made room in. */
export type MoveKind = 'set' | 'rollback' | 'bypass' | 'delete' | 'archive' | 'leave' | 'version_deleted'

/** One change of where an alias or a stage points, as it is kept. */
export type Move = {
  readonly id: number
  readonly kind: Target['kind']
  readonly target: string
  readonly from_version: number | null
  readonly to_version: number | null
  readonly root_sha256: string | null
  readonly what: MoveKind
  readonly user_name: string
  readonly at_ms: number
  readonly request_id: string | null
  readonly reason: string | null
  readonly rule_sha256: string | null
  readonly run_id: string | null
  readonly model_id: string | null
}

/** Who moves it, when and why. */
export type Mover = {
  readonly caller: Caller
  readonly now_ms: number
  readonly what: MoveKind
  readonly request_id?: string | undefined
  readonly reason?: string | undefined
  readonly rule_sha256?: string | undefined
}

const COLUMNS = `(model, kind, target, from_version, to_version, root_sha256, what, user_name, user_id, at_ms, request_id, reason,
  rule_sha256, run_id, model_id)`
const INTO = `insert into gate_move ${COLUMNS} select`
const DIGEST = '(select root_sha256 from model_version_manifest where version = ?)'
const IN_ALIAS = '(select version from registered_model_alias where model = ? and alias = ?)'
const IN_STAGE = '(select max(version) from model_version where model = ? and stage = ? and deleted_ms is null and id <> ?)'

// What it points to already is not moved to.
const TO_ALIAS = command(
  `${INTO} ?, 'alias', ?, ${IN_ALIAS}, ?, ${DIGEST}, ?, ?, ?, ?, ?, ?, ?, ?, ?
   where not exists (select 1 from registered_model_alias where model = ? and alias = ? and version = ?)`,
)
const FROM_ALIAS = command(
  `${INTO} model, 'alias', alias, version, null, null, ?, ?, ?, ?, null, ?, null, null, null
   from registered_model_alias where model = ? and alias = ?`,
)
const FROM_ALIASES = command(
  `${INTO} model, 'alias', alias, version, null, null, ?, ?, ?, ?, null, ?, null, null, null
   from registered_model_alias where model = ? and version = ?`,
)
const TO_STAGE = command(`${INTO} ?, 'stage', ?, ${IN_STAGE}, ?, ${DIGEST}, ?, ?, ?, ?, ?, ?, ?, ?, ?`)
const FROM_STAGE = command(
  `insert into gate_move (model, kind, target, from_version, what, user_name, user_id, at_ms, reason)
   values (?, 'stage', ?, ?, ?, ?, ?, ?, ?)`,
)
const FROM_STAGE_BUT = command(
  `${INTO} model, 'stage', ?, version, null, null, ?, ?, ?, ?, null, ?, null, null, null
   from model_version where model = ? and stage = ? and id <> ? and deleted_ms is null`,
)
const ALIAS_VERSION = query<{ version: number }>('select version from registered_model_alias where model = ? and alias = ?')
const STAGE_VERSION = query<{ version: number | null }>(
  'select max(version) as version from model_version where model = ? and stage = ? and deleted_ms is null',
)
const SHOWN = `id, kind, target, from_version, to_version, root_sha256, what, user_name, at_ms, request_id, reason, rule_sha256, run_id,
  model_id`
const LAST_MOVES = query<Move>(`select ${SHOWN} from gate_move where model = ? and kind = ? and target = ? order by id desc limit ?`)
const ALL_MOVES = query<Move>(`select ${SHOWN} from gate_move where model = ? and id < ? order by id desc limit ?`)
const MOVES_OF = query<Move>(
  `select ${SHOWN} from gate_move where model = ? and kind = ? and target = ? and id < ? order by id desc limit ?`,
)

const STAGES = ['None', 'Staging', 'Production', 'Archived']
const numberOf = (stage: string): number => STAGES.indexOf(stage)

const whoOf = ({ caller, now_ms, what }: Mover): readonly [string, string, number, number] => [what, caller.user, caller.user_id, now_ms]

/** Records that a place is going to point to a version; to be called before it does. */
export async function recordMoveTo(tx: Writer, { kind, name }: Target, to: Candidate, mover: Mover): Promise<void> {
  const why: Value[] = [mover.request_id ?? null, mover.reason ?? null, mover.rule_sha256 ?? null, to.run_id, to.model_id]
  const who = whoOf(mover)
  if (kind === 'alias') {
    const same: Value[] = [to.model, name, to.version]
    await tx.run(TO_ALIAS, to.model, name, to.model, name, to.version, to.id, ...who, ...why, ...same)
  } else await tx.run(TO_STAGE, to.model, name, to.model, numberOf(name), to.id, to.version, to.id, ...who, ...why)
}

/** Records that an alias is going to be taken away; nothing where there is none. */
export async function recordAliasGone(tx: Writer, model: number, alias: string, mover: Mover): Promise<void> {
  await tx.run(FROM_ALIAS, ...whoOf(mover), mover.reason ?? null, model, alias)
}

/** Records that a version leaves its stage, unless that is None. */
export async function recordStageLeft(tx: Writer, { model, version }: Candidate, stage: string, mover: Mover): Promise<void> {
  if (stage !== 'None') await tx.run(FROM_STAGE, model, stage, version, ...whoOf(mover), mover.reason ?? null)
}

/** Records that all other versions in a stage are going to be archived. */
export async function recordArchived(tx: Writer, { model, id }: Candidate, stage: string, mover: Mover): Promise<void> {
  await tx.run(FROM_STAGE_BUT, stage, ...whoOf(mover), mover.reason ?? null, model, numberOf(stage), id)
}

/** Records that a version is going to be deleted, with its aliases and its place in a stage. */
export async function recordVersionDeleted(tx: Writer, version: Candidate & { readonly stage: number }, mover: Mover): Promise<void> {
  await tx.run(FROM_ALIASES, ...whoOf(mover), null, version.model, version.version)
  await recordStageLeft(tx, version, STAGES[version.stage] as string, mover)
}

/** The version to which a place points now, by its number; of several in a stage, the newest. */
export async function versionIn(db: Reader, model: number, { kind, name }: Target): Promise<number | undefined> {
  const row = kind === 'alias' ? await db.get(ALIAS_VERSION, model, name) : await db.get(STAGE_VERSION, model, numberOf(name))
  return row?.version ?? undefined
}

/** The last moves of a place, the newest first. */
export const lastMoves = async (db: Reader, model: number, { kind, name }: Target, limit: number): Promise<Move[]> =>
  db.all(LAST_MOVES, model, kind, name, limit)

/** The moves of a model, or of one of its places, before one of them, the newest first. */
export const movesBefore = async (db: Reader, model: number, target: Target | undefined, before: number, limit: number): Promise<Move[]> =>
  target ? db.all(MOVES_OF, model, target.kind, target.name, before, limit) : db.all(ALL_MOVES, model, before, limit)
