import type { Reader, Writer } from '../../db/handles.ts'
import { keysOf } from '../../secrets/index.ts'
import { hashAfter, type Linked, together } from './entry.ts'
import { type Anchor, addAnchor, type Head, lockedHead, moveHead, moveToLog, pendingFirst } from './log-store.ts'

const ENTRIES_AT_ONCE = 2_000
const ANCHOR_EVERY = 10_000
const ANCHOR_EVERY_MS = 3_600_000

export type Signature = Pick<Anchor, 'signature' | 'signature_key'>
const UNSIGNED: Signature = { signature: null, signature_key: null }

export type Link = {
  readonly entries: readonly Linked[]
  /** Whether there may be more. */
  readonly more: boolean
  readonly head: Head
  readonly anchored: boolean
}

/**
 * Gives entries that wait their place in the chain, in the order of their ids. The chain's end is locked meanwhile, so that one process
 * does it at a time; the end is signed, so that whoever can write to the database and has no key can't make another one.
 */
export async function link(tx: Writer, now_ms: number): Promise<Link> {
  const before = await lockedHead(tx)
  const pending = await pendingFirst(tx, ENTRIES_AT_ONCE)
  if (pending.length === 0) return { entries: [], more: false, head: before, anchored: false }
  let { seq, hash } = before
  const entries = together(pending).map((facts) => {
    seq++
    hash = hashAfter(hash, { ...facts, seq })
    return { ...facts, seq, hash }
  })
  await moveToLog(
    tx,
    pending.map(({ id }) => id),
    entries,
  )
  const anchored = seq - before.anchored_seq >= ANCHOR_EVERY || now_ms - before.anchored_ms >= ANCHOR_EVERY_MS
  const signature = signed(tx, 'head', seq, hash)
  const place = anchored ? { anchored_seq: seq, anchored_ms: now_ms } : before
  const head: Head = { seq, hash, ...signature, anchored_seq: place.anchored_seq, anchored_ms: place.anchored_ms }
  await moveHead(tx, head)
  if (anchored) await addAnchor(tx, { seq, hash, made_ms: now_ms, pruned: 0, ...signed(tx, 'anchor', seq, hash) })
  return { entries, more: pending.length === ENTRIES_AT_ONCE, head, anchored }
}

/** What a signature is for: one can't stand for another. */
export type Purpose = 'head' | 'anchor' | 'pruned'

const signedText = (seq: number, hash: string): string => `${seq} ${hash}`

/** Signs a point of the chain with the server's key; without one there is no signature. */
export function signed(db: Reader, purpose: Purpose, seq: number, hash: string): Signature {
  const keys = keysOf(db)
  if (!keys.usable) return UNSIGNED
  const { key_id, text } = keys.sign(signedText(seq, hash), `audit log ${purpose}`)
  return { signature: text, signature_key: key_id }
}

/** Whether a point of the chain is signed by a key of this server; a sentence when not. */
export function signatureProblem(db: Reader, purpose: Purpose, point: Signature & { seq: number; hash: string }): string | undefined {
  const { seq, hash, signature, signature_key } = point
  const keys = keysOf(db)
  if (!keys.usable) return undefined
  if (signature === null || signature_key === null) return 'is not signed'
  try {
    const right = keys.isSigned(signedText(seq, hash), { text: signature, key_id: signature_key }, `audit log ${purpose}`)
    return right ? undefined : 'has a signature that is not of this server'
  } catch (error) {
    return `has a signature that can't be checked: ${(error as Error).message}`
  }
}
