import { setImmediate as othersFirst } from 'node:timers/promises'
import type { Reader } from '../../db/handles.ts'
import { keysOf } from '../../secrets/index.ts'
import { signatureProblem } from './chain.ts'
import { BEGINNING, hashAfter, inWords, type Linked } from './entry.ts'
import { type Anchor, anchors, entriesAfter, head, waiting } from './log-store.ts'

/** What was found. The log is whole when there are no problems. */
export type Verified = {
  /** How many entries were read. */
  readonly entries: number
  /** The entry before the first that is there: 0, or the last that was pruned. */
  readonly from_seq: number
  readonly to_seq: number
  /** The chain's end: who keeps it elsewhere can tell later that nothing before it was changed. */
  readonly head: string
  /** Entries that are written and have no place in the chain yet. */
  readonly waiting: number
  /** Whether signatures were checked: that needs the server's keys. */
  readonly signatures: boolean
  /** A sentence for each, which names the entry; no more than 20. */
  readonly problems: readonly string[]
}

const ROWS_AT_ONCE = 500
const PROBLEMS_MAX = 20

/** Reads the whole chain and says what was changed, removed or put in. */
export async function verify(db: Reader): Promise<Verified> {
  const end = await head(db)
  const points = await anchors(db)
  const start = points.findLast(({ pruned, seq }) => pruned === 1 && seq <= end.seq)
  const walk = new Walk(db, points, start, end.seq)
  for (let more = true; more && walk.problems.length < PROBLEMS_MAX; ) {
    const rows = await entriesAfter(db, walk.seq, end.seq, ROWS_AT_ONCE)
    for (const row of rows) walk.take(row)
    more = rows.length === ROWS_AT_ONCE
    await othersFirst()
  }
  if (walk.problems.length < PROBLEMS_MAX) walk.finish(end.hash)
  const problem = end.seq > 0 ? signatureProblem(db, 'head', end) : undefined
  if (problem) walk.problems.push(`the chain's end at entry ${end.seq} ${problem}: it was put there by something else than this server.`)
  return {
    entries: walk.entries,
    from_seq: start?.seq ?? 0,
    to_seq: end.seq,
    head: end.hash,
    waiting: (await waiting(db)).n,
    signatures: keysOf(db).usable,
    problems: walk.problems.slice(0, PROBLEMS_MAX),
  }
}

/** Follows the chain entry by entry. Behind what is wrong it goes on with what is there, so that each fault is named once. */
class Walk {
  seq: number
  entries = 0
  readonly problems: string[] = []
  #hash: string
  #last: Linked | undefined
  readonly #db: Reader
  readonly #points: ReadonlyMap<number, Anchor>
  readonly #end: number

  constructor(db: Reader, points: readonly Anchor[], start: Anchor | undefined, end: number) {
    this.#db = db
    this.seq = start?.seq ?? 0
    this.#hash = start?.hash ?? BEGINNING
    this.#end = end
    this.#points = new Map(points.map((point) => [point.seq, point]))
    const problem = start && signatureProblem(db, 'pruned', start)
    if (problem) this.problems.push(`the anchor at entry ${start.seq}, where the chain begins, ${problem}.`)
  }

  take(row: Linked): void {
    this.entries++
    const before = this.seq
    if (row.seq !== before + 1) this.#missing(before + 1, row.seq - 1)
    else if (hashAfter(this.#hash, row) !== row.hash) this.problems.push(this.#whatChanged(row))
    const point = this.#points.get(row.seq)
    if (point && point.pruned === 0) this.#compare(row, point)
    this.seq = row.seq
    this.#hash = row.hash
    this.#last = row
  }

  finish(hash: string): void {
    const last = this.#last
    if (this.seq < this.#end) this.#missing(this.seq + 1, this.#end)
    else if (last && last.hash !== hash) {
      this.problems.push(`${inWords(last)} is not the one with which the chain ended: it was replaced.`)
    }
  }

  #missing(first: number, last: number): void {
    const which = first === last ? `entry ${first} is` : `entries ${first} to ${last} are`
    this.problems.push(`${which} missing${this.#last ? ` behind ${inWords(this.#last)}` : ''}.`)
  }

  /** A row that has the hash of its changed content is caught by the next one, which still holds the hash of what was there. */
  #whatChanged(row: Linked): string {
    return `${inWords(row)} was changed, or the one before it was replaced: its hash does not follow.`
  }

  #compare(row: Linked, point: Anchor): void {
    const problem = signatureProblem(this.#db, 'anchor', point)
    if (problem) this.problems.push(`the anchor at entry ${point.seq} ${problem}.`)
    if (point.hash !== row.hash) this.problems.push(`${inWords(row)} is not the one that was anchored: it or one before it was replaced.`)
  }
}
