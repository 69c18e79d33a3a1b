import { randomBytes } from 'node:crypto'
import { shownSql } from '../../access/visible.ts'
import { adHocQuery, command, query, type Reader, type Value, type Writer } from '../../db/handles.ts'
import type { Caller, Visible } from '../../http/access.ts'
import type { Pass } from '../gates/index.ts'
import type { VersionRow } from '../model-versions/index.ts'
import type { Plan } from './plan.ts'
import type { State } from './rollout.ts'

/** A rollout's row. `version_id` and `model` are the small integers inside. */
export type RolloutRow = {
  readonly id: number
  readonly rollout_id: string
  readonly model: number
  readonly version_id: number
  readonly name: string
  readonly alias: string
  readonly stable: number
  readonly candidate: number
  readonly plan: string
  readonly state: State
  readonly step: number
  readonly step_ms: number
  /** Why its end will be no finished canary to a policy; null where it will be one. */
  readonly flaw: string | null
  readonly reason: string | null
  readonly started_by: string
  readonly started_by_id: number
  readonly started_ms: number
  readonly ended_ms: number | null
  readonly bound_sha256: string | null
  readonly rule_sha256: string | null
  readonly request_id: string | null
}

const COLUMNS = `r.id, r.rollout_id, r.model, r.version as version_id, m.name, r.alias, r.stable, r.candidate, r.plan, r.state, r.step,
  r.step_ms, r.flaw, r.reason, r.started_by, r.started_by_id, r.started_ms, r.ended_ms, r.bound_sha256, r.rule_sha256, r.request_id`
const FROM = `select ${COLUMNS} from rollout r join registered_model m on m.id = r.model`
const ACTIVE = query<RolloutRow>(
  (dialect) => `${FROM} where m.workspace = ? and m.name = ? and r.alias = ? and r.ended_ms is null ${dialect.lockRowToChange}`,
)
const LAST = query<RolloutRow>(`${FROM} where m.workspace = ? and m.name = ? and r.alias = ? order by r.id desc limit 1`)
const INSERT = command(
  `insert into rollout (rollout_id, model, version, alias, stable, candidate, plan, state, step, step_ms, flaw, started_by,
     started_by_id, started_ms, bound_sha256, rule_sha256, request_id)
   values (?, ?, ?, ?, ?, ?, ?, 'running', 0, ?, ?, ?, ?, ?, ?, ?, ?)`,
)
const STEP = command('update rollout set step = ?, step_ms = ? where id = ?')
const FLAW = command('update rollout set flaw = ? where id = ? and flaw is null')
const STATE = command('update rollout set state = ?, reason = ?, step_ms = ?, ended_ms = ? where id = ?')
const TELL = command(
  'insert into rollout_event (rollout, what, weight, user_name, user_id, reason, figures, at_ms) values (?, ?, ?, ?, ?, ?, ?, ?)',
)
const EVENTS = query<RolloutEventRow>(
  'select what, weight, user_name, reason, figures, at_ms from rollout_event where rollout = ? order by id',
)

/** Something that happened to a rollout, as it is kept. */
export type RolloutEventRow = {
  readonly what: string
  readonly weight: number
  readonly user_name: string
  readonly reason: string
  readonly figures: string | null
  readonly at_ms: number
}

/** The rollout that goes on for an alias, to be changed next: others who want to change it wait for the commit. */
export const rolloutToChange = async (tx: Writer, name: string, alias: string): Promise<RolloutRow | undefined> =>
  tx.get(ACTIVE, tx.workspace, name, alias)

/** The rollout that goes on for an alias, or the last one. */
export const lastRollout = async (db: Reader, name: string, alias: string): Promise<RolloutRow | undefined> =>
  db.get(LAST, db.workspace, name, alias)

/** What a rollout starts with. */
export type NewRollout = {
  readonly version: VersionRow
  readonly alias: string
  readonly stable: number
  readonly plan: Plan
  readonly caller: Caller
  readonly now_ms: number
  readonly pass: Pass
  readonly bound_sha256: string | undefined
  readonly flaw: string | undefined
}

/** Keeps a new rollout; none may go on for the alias. */
export async function insertRollout(tx: Writer, made: NewRollout): Promise<void> {
  const { version, alias, stable, plan, caller, now_ms, pass, bound_sha256, flaw } = made
  const id = `ro-${randomBytes(8).toString('hex')}`
  const gate: Value[] = [bound_sha256 ?? null, pass.rule_sha256 ?? null, pass.request_id ?? null]
  const who: Value[] = [caller.user, caller.user_id]
  const what: Value[] = [version.model, version.id, alias, stable, version.version, JSON.stringify(plan)]
  await tx.run(INSERT, id, ...what, now_ms, flaw ?? null, ...who, now_ms, ...gate)
}

/** Goes on to a step. */
export async function setStep(tx: Writer, { id }: RolloutRow, step: number, now_ms: number): Promise<void> {
  await tx.run(STEP, step, now_ms, id)
}

/** Keeps why a rollout's end will be no finished canary; what was said first stays. */
export async function setFlaw(tx: Writer, { id }: RolloutRow, flaw: string): Promise<void> {
  await tx.run(FLAW, flaw, id)
}

/** Pauses, resumes or ends a rollout. */
export async function setState(tx: Writer, row: RolloutRow, state: State, reason: string | null, now_ms: number): Promise<void> {
  const ended_ms = state === 'running' || state === 'paused' ? null : now_ms
  // What is resumed begins its step's time again.
  await tx.run(STATE, state, reason, state === 'running' ? now_ms : row.step_ms, ended_ms, row.id)
}

/** Keeps what happened. */
export async function keepEvent(
  tx: Writer,
  { id }: RolloutRow,
  event: Omit<RolloutEventRow, 'user_name'>,
  { user, user_id }: Caller,
): Promise<void> {
  await tx.run(TELL, id, event.what, event.weight, user, user_id, event.reason, event.figures, event.at_ms)
}

/** All that happened to a rollout, the first at the top. */
export const eventsOf = async (db: Reader, { id }: RolloutRow): Promise<RolloutEventRow[]> => db.all(EVENTS, id)

/** Which rollouts are listed. */
export type Listed = {
  readonly name?: string | undefined
  readonly alias?: string | undefined
  readonly active: boolean
  readonly visible: Visible
  readonly before: number
}

/** Rollouts that the caller may see, the newest first. */
export async function rolloutsBefore(db: Reader, { name, alias, active, visible, before }: Listed, limit: number): Promise<RolloutRow[]> {
  const shown = shownSql(visible, 'r.model', db.dialect)
  const conditions = ['m.workspace = ?', 'r.id < ?', shown.sql]
  const values: Value[] = [db.workspace, before, ...shown.values]
  if (name !== undefined) {
    conditions.push('m.name = ?')
    values.push(name)
  }
  if (alias !== undefined) {
    conditions.push('r.alias = ?')
    values.push(alias)
  }
  if (active) conditions.push('r.ended_ms is null')
  return db.all(adHocQuery<RolloutRow>(`${FROM} where ${conditions.join(' and ')} order by r.id desc limit ?`), ...values, limit)
}
