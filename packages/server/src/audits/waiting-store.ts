import { command, query, type Reader, type Writer } from '../db/handles.ts'

/** An audit of a registry that waits to be made. */
export type Waiting = { readonly audit_id: string; readonly workspace: number; readonly name: string }

const NEXT = query<Waiting>(
  (dialect) =>
    `select audit_id, workspace, name from audit_report
     where state = 'waiting' or (state = 'running' and begun_ms < ?) order by id limit 1 ${dialect.lockRowToChange}`,
)
const ANY_WAITS = query<{ id: number }>(
  "select id from audit_report where state = 'waiting' or (state = 'running' and begun_ms < ?) limit 1",
)
const ANY_OLD = query<{ n: number }>(
  `select (select count(*) from (select 1 from audit_report where asked_ms < ? limit 1) a)
     + (select count(*) from (select 1 from inventory_report where made_ms < ? limit 1) i) as n`,
)
const REMOVE_OLD = [command('delete from audit_report where asked_ms < ?'), command('delete from inventory_report where made_ms < ?')]
const BEGIN = command("update audit_report set state = 'running', begun_ms = ? where audit_id = ?")
const FAIL = command("update audit_report set state = 'failed', made_ms = ?, problem = ? where audit_id = ?")
const OPEN = query<{ audit_id: string }>(
  `select audit_id from audit_report where workspace = ? and state in ('waiting', 'running') and target = 'registry' order by id limit 1`,
)
const LAST = query<{ asked_ms: number }>(
  `select asked_ms from audit_report where workspace = ? and target = 'registry' and origin <> 'sent' order by id desc limit 1`,
)
const WITH_MODELS = query<{ id: number; name: string }>(
  `select w.id, w.name from workspace w where w.deleted_ms is null
     and exists (select 1 from registered_model m where m.workspace = w.id and m.is_prompt = 0) order by w.id`,
)

/** Whether an audit waits, or was left by who held it longer than `lease_ms`. */
export const anyWaits = async (db: Reader, now_ms: number, lease_ms: number): Promise<boolean> =>
  (await db.get(ANY_WAITS, now_ms - lease_ms)) !== undefined

/** Whether anything that is kept, in whichever workspace, is older than this. */
export const anyOlder = async (db: Reader, before_ms: number): Promise<boolean> =>
  ((await db.get(ANY_OLD, before_ms, before_ms))?.n ?? 0) > 0

/** Removes the audits and inventories that are older, in all workspaces. */
export async function removeOlder(tx: Writer, before_ms: number): Promise<void> {
  for (const remove of REMOVE_OLD) await tx.run(remove, before_ms)
}

/** Takes the next one: it is this process's until so long after `now_ms`. */
export async function claimNext(tx: Writer, now_ms: number, lease_ms: number): Promise<Waiting | undefined> {
  const next = await tx.get(NEXT, now_ms - lease_ms)
  if (next) await tx.run(BEGIN, now_ms, next.audit_id)
  return next
}

export async function failAudit(tx: Writer, audit_id: string, problem: string, now_ms: number): Promise<void> {
  await tx.run(FAIL, now_ms, problem, audit_id)
}

/** The audit of the workspace's registry that waits or is being made. */
export const openAuditOf = async (db: Reader): Promise<string | undefined> => (await db.get(OPEN, db.workspace))?.audit_id

/** When the server last audited the workspace's registry, or was asked to. */
export const lastAuditOf = async (db: Reader): Promise<number | undefined> => (await db.get(LAST, db.workspace))?.asked_ms

/** The workspaces in which something is registered. */
export const workspacesWithModels = async (db: Reader): Promise<{ id: number; name: string }[]> => db.all(WITH_MODELS)
