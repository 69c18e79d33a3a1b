import { command, query, type Reader, type Writer } from '../../db/handles.ts'

export const SCOPES = ['user', 'workspace'] as const
export type Scope = (typeof SCOPES)[number]

/** Limits; what is null is not limited. */
export type Limits = {
  readonly requests_per_second: number | null
  readonly concurrent_uploads: number | null
  readonly upload_bytes_per_day: number | null
}

/** Limits of an account or a workspace, or of each that has none of its own, where `target` is 0. */
export type QuotaRow = Limits & { readonly scope: Scope; readonly target: number }

/** In place of an id: each that has no quota of its own. */
export const EVERYONE = 0

const ALL = query<QuotaRow>(
  'select scope, target, requests_per_second, concurrent_uploads, upload_bytes_per_day from quota order by scope, target',
)
const SET = command(
  `insert into quota (scope, target, requests_per_second, concurrent_uploads, upload_bytes_per_day) values (?, ?, ?, ?, ?)
   on conflict (scope, target) do update set requests_per_second = excluded.requests_per_second,
     concurrent_uploads = excluded.concurrent_uploads, upload_bytes_per_day = excluded.upload_bytes_per_day`,
)
const REMOVE = command('delete from quota where scope = ? and target = ?')
const USED = query<{ bytes: number }>('select bytes from quota_use where scope = ? and target = ? and day = ?')
const ADD = command(
  `insert into quota_use (scope, target, day, bytes) values (?, ?, ?, ?)
   on conflict (scope, target, day) do update set bytes = quota_use.bytes + excluded.bytes`,
)
const TAKE = command('update quota_use set bytes = bytes + ? where scope = ? and target = ? and day = ? and bytes + ? <= ?')
const FORGET = command('delete from quota_use where day < ?')
const ACCOUNT = query<{ id: number }>('select id from account where name = ?')
const WORKSPACE = query<{ id: number }>('select id from workspace where name = ?')
const NAMES = query<{ scope: Scope; id: number; name: string }>(
  "select 'user' scope, id, name from account where id in (select target from quota where scope = 'user') " +
    "union all select 'workspace', id, name from workspace where id in (select target from quota where scope = 'workspace')",
)

export const allQuotas = async (db: Reader): Promise<QuotaRow[]> => db.all(ALL)

/** The names of accounts and workspaces that have a quota of their own. */
export const quotaNames = async (db: Reader) => db.all(NAMES)

export async function setQuota(tx: Writer, row: QuotaRow): Promise<void> {
  await tx.run(SET, row.scope, row.target, row.requests_per_second, row.concurrent_uploads, row.upload_bytes_per_day)
}

export const removeQuota = async (tx: Writer, scope: Scope, target: number): Promise<boolean> => (await tx.run(REMOVE, scope, target)) > 0

/** The id of an account or a workspace by its name. */
export const targetOf = async (db: Reader, scope: Scope, name: string): Promise<number | undefined> =>
  (await db.get(scope === 'user' ? ACCOUNT : WORKSPACE, name))?.id

export const usedOn = async (db: Reader, scope: Scope, target: number, day: number): Promise<number> =>
  (await db.get(USED, scope, target, day))?.bytes ?? 0

/** Counts bytes, also fewer than were taken before. */
export async function addUse(tx: Writer, scope: Scope, target: number, day: number, bytes: number): Promise<void> {
  await tx.run(ADD, scope, target, day, bytes)
}

/** Takes bytes of what is left of the day, in one step for all processes; false where not as much is left. */
export async function takeUse(tx: Writer, scope: Scope, target: number, day: number, bytes: number, most: number): Promise<boolean> {
  await tx.run(ADD, scope, target, day, 0)
  return (await tx.run(TAKE, bytes, scope, target, day, bytes, most)) > 0
}

export async function forgetUseBefore(tx: Writer, day: number): Promise<void> {
  await tx.run(FORGET, day)
}
