import { bulk, command, query, type Reader, type Writer } from '../../db/handles.ts'
import type { Facts, Linked, Pending } from './entry.ts'

/** The chain's end. */
export type Head = {
  readonly seq: number
  readonly hash: string
  readonly signature: string | null
  readonly signature_key: string | null
  readonly anchored_seq: number
  readonly anchored_ms: number
}

/** A signed point of the chain. */
export type Anchor = Pick<Head, 'seq' | 'hash' | 'signature' | 'signature_key'> & { readonly made_ms: number; readonly pruned: number }

const FACTS = 'action, outcome, user_name, user_id, address, kind, target, workspace, detail'
export const LINKED = `seq, at_ms, until_ms, requests, ${FACTS}, hash`
const ADD = command(`insert into audit_pending (at_ms, ${FACTS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
const PENDING = query<Pending>(`select id, at_ms, ${FACTS} from audit_pending order by id limit ?`)
const WAITING = query<{ n: number; since_ms: number | null }>('select count(*) n, min(at_ms) since_ms from audit_pending')
const TAKE_OUT = command((dialect) => `delete from audit_pending where ${dialect.inIntegers('id')}`)
const LINK = bulk(`insert into audit_log (${LINKED}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, 'iiiitttitttttt')
const LOCK = command('update audit_head set id = 1 where id = 1')
const HEAD = query<Head>('select seq, hash, signature, signature_key, anchored_seq, anchored_ms from audit_head where id = 1')
const MOVE_HEAD = command(
  'update audit_head set seq = ?, hash = ?, signature = ?, signature_key = ?, anchored_seq = ?, anchored_ms = ? where id = 1',
)
const ADD_ANCHOR = command(
  `insert into audit_anchor (seq, hash, made_ms, pruned, signature, signature_key) values (?, ?, ?, ?, ?, ?)
   on conflict (seq) do update set hash = excluded.hash, made_ms = excluded.made_ms, pruned = excluded.pruned,
     signature = excluded.signature, signature_key = excluded.signature_key`,
)
const ANCHORS = query<Anchor>('select seq, hash, made_ms, pruned, signature, signature_key from audit_anchor order by seq')
const AFTER = query<Linked>(`select ${LINKED} from audit_log where seq > ? and seq <= ? order by seq limit ?`)
const FIRST_SINCE = query<{ seq: number | null }>('select min(seq) seq from audit_log where until_ms >= ?')
const DROP = command('delete from audit_log where seq > ? and seq <= ?')
const DROP_ANCHORS = command('delete from audit_anchor where seq < ?')
const LOWEST = query<{ seq: number | null }>('select min(seq) seq from audit_log')

/** Writes an entry, to be linked later. */
export const addPending = (tx: Writer, at_ms: number, facts: Facts): Promise<number> | number => {
  const { action, outcome, user_name, user_id, address, kind, target, workspace, detail } = facts
  return tx.run(ADD, at_ms, action, outcome, user_name, user_id, address, kind, target, workspace, detail)
}

export const pendingFirst = async (db: Reader, count: number): Promise<Pending[]> => db.all(PENDING, count)

/** How many entries wait for their place, and since when. */
export const waiting = async (db: Reader): Promise<{ n: number; since_ms: number | null }> =>
  (await db.get(WAITING)) ?? { n: 0, since_ms: null }

/** Locks the chain's end until the commit: one process links at a time. */
export async function lockedHead(tx: Writer): Promise<Head> {
  await tx.run(LOCK)
  return head(tx)
}

export async function head(db: Reader): Promise<Head> {
  const row = await db.get(HEAD)
  if (!row) throw new Error('The audit log has lost the row of its end (audit_head): restore it from a backup.')
  return row
}

export async function moveToLog(tx: Writer, ids: readonly number[], entries: readonly Linked[]): Promise<void> {
  await tx.runMany(
    LINK,
    entries.map((e) => [
      ...[e.seq, e.at_ms, e.until_ms, e.requests, e.action, e.outcome, e.user_name],
      ...[e.user_id, e.address, e.kind, e.target, e.workspace, e.detail, e.hash],
    ]),
  )
  await tx.run(TAKE_OUT, tx.dialect.list(ids))
}

export async function moveHead(tx: Writer, to: Head): Promise<void> {
  await tx.run(MOVE_HEAD, to.seq, to.hash, to.signature, to.signature_key, to.anchored_seq, to.anchored_ms)
}

export async function addAnchor(tx: Writer, { seq, hash, made_ms, pruned, signature, signature_key }: Anchor): Promise<void> {
  await tx.run(ADD_ANCHOR, seq, hash, made_ms, pruned, signature, signature_key)
}

export const anchors = async (db: Reader): Promise<Anchor[]> => db.all(ANCHORS)

/** Entries behind one and up to another, in order. */
export const entriesAfter = async (db: Reader, seq: number, last: number, count: number): Promise<Linked[]> =>
  db.all(AFTER, seq, last, count)

/** The number of the first entry at or after a time; undefined when all are older. */
export const firstSince = async (db: Reader, ms: number): Promise<number | undefined> => (await db.get(FIRST_SINCE, ms))?.seq ?? undefined

export const lowest = async (db: Reader): Promise<number | undefined> => (await db.get(LOWEST))?.seq ?? undefined

export const dropEntries = async (tx: Writer, after: number, last: number): Promise<number> => tx.run(DROP, after, last)

export async function dropAnchorsBefore(tx: Writer, seq: number): Promise<void> {
  await tx.run(DROP_ANCHORS, seq)
}
