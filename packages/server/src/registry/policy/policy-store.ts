import { createHash } from 'node:crypto'
import type { Settings } from '../../config.ts'
import { command, query, type Reader, type Writer } from '../../db/handles.ts'
import type { Caller } from '../../http/access.ts'
import { DEFAULT_WITH_LOGIN, DEFAULT_WITHOUT_LOGIN, type Policy, policyIn, tellsWorkspaces } from './policy.ts'

/** The policy that was set by the API. */
export type StoredPolicy = { readonly text: string; readonly sha256: string; readonly set_by: string; readonly set_ms: number }

const DIGEST = query<{ sha256: string }>('select sha256 from gate_policy where id = 1')
const PARSED = query<{ parsed: string; sha256: string }>('select parsed, sha256 from gate_policy where id = 1')
const STORED = query<StoredPolicy>('select text, sha256, set_by, set_ms from gate_policy where id = 1')
const SET = command(
  `insert into gate_policy (id, text, parsed, sha256, set_by, set_by_id, set_ms) values (1, ?, ?, ?, ?, ?, ?)
   on conflict (id) do update set text = excluded.text, parsed = excluded.parsed, sha256 = excluded.sha256,
     set_by = excluded.set_by, set_by_id = excluded.set_by_id, set_ms = excluded.set_ms`,
)
const WORKSPACE = query<{ name: string }>('select name from workspace where id = ?')
const DROP = command('delete from gate_policy where id = 1')

const kept = new WeakMap<object, { readonly sha256: string; readonly policy: Policy }>()

/** Where the policy comes from that holds on this server. */
export type PolicyOrigin = 'file' | 'api' | 'default'
export type PolicyInForce = { readonly policy: Policy; readonly origin: PolicyOrigin }

/** What a check needs besides the database: how the server is set up, and who asks. */
export type Asking = { readonly settings: Settings; readonly caller: Caller }

/** Its rules for other workspaces than that of the handle are left out. */
export async function policyInForce(db: Reader, asking: Asking): Promise<PolicyInForce> {
  const { policy, origin } = await policyOfServer(db, asking)
  if (!tellsWorkspaces(policy)) return { policy, origin }
  return { policy: policyIn(policy, (await db.get(WORKSPACE, db.workspace))?.name ?? ''), origin }
}

/**
 * The policy that holds now: the file's, or the one that was set, or the default. It is asked for within the transaction of what it is
 * to decide on, so that a change of it holds from its commit on.
 */
async function policyOfServer(db: Reader, { settings, caller }: Asking): Promise<PolicyInForce> {
  if (settings.policy) return { policy: settings.policy, origin: 'file' }
  const row = await db.get(DIGEST)
  if (!row) return { policy: caller.user_id === 0 ? DEFAULT_WITHOUT_LOGIN : DEFAULT_WITH_LOGIN, origin: 'default' }
  const known = kept.get(db.identity)
  if (known?.sha256 === row.sha256) return { policy: known.policy, origin: 'api' }
  const stored = (await db.get(PARSED)) as { parsed: string; sha256: string }
  const policy = JSON.parse(stored.parsed) as Policy
  // By its digest it is the same for everyone, also when this transaction is rolled back.
  kept.set(db.identity, { sha256: stored.sha256, policy })
  return { policy, origin: 'api' }
}

/** The policy that was set by the API, or undefined. */
export const storedPolicy = async (db: Reader): Promise<StoredPolicy | undefined> => db.get(STORED)

/** Sets the policy that holds from now on. */
export async function savePolicy(tx: Writer, text: string, policy: Policy, caller: Caller, now_ms: number): Promise<void> {
  const parsed = JSON.stringify(policy)
  // Of both: the same text may be read otherwise by a later version.
  const sha256 = createHash('sha256').update(`${parsed}\n${text}`).digest('hex')
  await tx.run(SET, text, parsed, sha256, caller.user, caller.user_id, now_ms)
}

/** Takes the policy away that was set by the API: the default holds again. */
export async function dropPolicy(tx: Writer): Promise<void> {
  await tx.run(DROP)
}
