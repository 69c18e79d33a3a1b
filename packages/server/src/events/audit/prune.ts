import type { Database } from '../../db/database.ts'
import { keysOf } from '../../secrets/index.ts'
import { signed } from './chain.ts'
import { factsOf } from './entry.ts'
import { addAnchor, addPending, dropAnchorsBefore, dropEntries, entriesAfter, firstSince, lockedHead, lowest } from './log-store.ts'
import { verify } from './verify.ts'

const ROWS_AT_ONCE = 5_000

/** What went, and where the chain begins now. */
export type Pruned = { readonly entries: number; readonly from_seq: number }

/**
 * Removes entries that are older than a time. A signed anchor takes the place of the last of them, from which the rest can still be
 * verified; what is damaged is not removed, since the anchor would hide it.
 * @throws Error when the log is damaged, or when there is no key to sign with
 */
export async function prune(db: Database, before_ms: number): Promise<Pruned> {
  if (!keysOf(db.reader).usable) {
    throw new Error(
      'Pruning leaves a signed anchor, and there is no key to sign it with: set MILLRACE_SECRET_KEY (openssl rand -base64 32).',
    )
  }
  const { problems, from_seq } = await verify(db.reader)
  if (problems.length > 0) throw new Error(`Nothing was removed, because the log is damaged, and an anchor would hide it: ${problems[0]}`)
  const until = await db.write(async (tx) => {
    const head = await lockedHead(tx)
    const last = ((await firstSince(tx, before_ms)) ?? head.seq + 1) - 1
    if (last <= from_seq) return undefined
    const [row] = await entriesAfter(tx, last - 1, last, 1)
    if (!row) throw new Error(`Entry ${last} is missing: run millrace audit-log verify.`)
    const now_ms = Date.now()
    await addAnchor(tx, { seq: last, hash: row.hash, made_ms: now_ms, pruned: 1, ...signed(tx, 'pruned', last, row.hash) })
    await dropAnchorsBefore(tx, last)
    await addPending(tx, now_ms, factsOf(prunedEntry(now_ms, last - from_seq, last)))
    return last
  })
  return until === undefined ? { entries: 0, from_seq } : { entries: await dropUntil(db, until), from_seq: until }
}

/** In pieces, so that other writers get their turn; what an interrupted call left is before the anchor and goes with the next. */
async function dropUntil(db: Database, until: number): Promise<number> {
  let entries = 0
  for (let first = await lowest(db.reader); first !== undefined && first <= until; first += ROWS_AT_ONCE) {
    const after = first - 1
    entries += await db.write((tx) => dropEntries(tx, after, Math.min(until, after + ROWS_AT_ONCE)))
  }
  return entries
}

const prunedEntry = (at_ms: number, entries: number, until: number) => ({
  at_ms,
  action: 'millrace audit-log prune',
  outcome: 'done' as const,
  who: { name: '', id: 0, address: '' },
  on: { kind: 'server', id: 'audit_log' },
  detail: { entries, until_entry: String(until) },
})
