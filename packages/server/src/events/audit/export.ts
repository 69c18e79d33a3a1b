import type { Reader } from '../../db/handles.ts'
import type { Linked } from './entry.ts'
import { entriesAfter, firstSince, head } from './log-store.ts'
import { entryToWire } from './wire.ts'

const ROWS_AT_ONCE = 1_000

/** Entries between two times, the first included, as lines of JSON with their numbers and hashes. */
export async function* exportLines(db: Reader, since_ms: number, until_ms: number): AsyncGenerator<string> {
  const { seq: last } = await head(db)
  const first = await firstSince(db, since_ms)
  if (first === undefined) return
  for (let seq = first - 1; ; ) {
    const rows: Linked[] = await entriesAfter(db, seq, last, ROWS_AT_ONCE)
    for (const row of rows) if (row.until_ms >= since_ms && row.at_ms < until_ms) yield `${JSON.stringify(entryToWire(row))}\n`
    const end = rows.at(-1)
    if (!end || rows.length < ROWS_AT_ONCE) return
    seq = end.seq
  }
}
