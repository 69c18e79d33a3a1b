import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import type { Limits } from '../protocols/limits.ts'
import { RequestProblem } from '../protocols/request-problem.ts'
import type { Inputs } from '../signature/signature.ts'
import type { Table } from '../signature/table.ts'
import type { RowGroup } from './parquet-group.ts'
import { groupsOf, threadFor, wantedOf } from './parquet-rows.ts'

/** So many bodies are read at a time, each in a thread of its own; so many more wait. */
const AT_ONCE = 2
const WAITING_MAX = 32
const BODY_MAX_MS = 10_000
const HEAP_MAX_MIB = 512
/** What lies outside of a thread's heap is not bounded by it: when the process grows by so much meanwhile, the thread is ended. */
const GROWTH_MAX_BYTES = 1024 * 1024 * 1024
const LOOK_MS = 20
/** JSON of the largest body has not more values either, and its texts no more characters. */
const CELLS_MAX = 10_000_000
const UNPACKED_TIMES = 16

let reading = 0
const waiting: (() => void)[] = []

/**
 * The rows of a request's body of Parquet: bounded in rows, columns, values, and in what it may unpack to; a body that its parser never
 * comes to the end of takes ten seconds of a thread and no more. @throws RequestProblem
 */
export async function tableOfParquet(body: Buffer, inputs: Inputs | undefined, limits: Limits, max_ms = BODY_MAX_MS): Promise<Table> {
  if (reading >= AT_ONCE) {
    if (waiting.length >= WAITING_MAX)
      throw new RequestProblem('Too many bodies of Parquet are being read: try again.', 503, 'TEMPORARILY_UNAVAILABLE')
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  reading++
  try {
    return await read(body, inputs, limits, max_ms)
  } finally {
    reading--
    waiting.shift()?.()
  }
}

async function read(body: Buffer, inputs: Inputs | undefined, limits: Limits, max_ms: number): Promise<Table> {
  const { rows_max, columns_max, body_max_bytes } = limits
  const bounds = {
    ...{ rows: rows_max, columns: columns_max, cells: CELLS_MAX },
    ...{ unpacked_bytes: UNPACKED_TIMES * body_max_bytes, characters: UNPACKED_TIMES * body_max_bytes },
  }
  const thread = threadFor({ from: new Uint8Array(body), wanted: wantedOf(inputs), bounds }, HEAP_MAX_MIB)
  const done = new AbortController()
  const ended = endedBy(thread, max_ms, done.signal)
  try {
    const groups: RowGroup[] = []
    for await (const group of groupsOf(thread, 'The body', 2 * max_ms)) groups.push(group)
    return joined(groups)
  } catch (error) {
    const why = await Promise.race([ended, undefined])
    if (why !== undefined) throw new RequestProblem(`The body asks for more ${why} than a request may have.`, 413)
    throw error
  } finally {
    done.abort()
  }
}

/** Ends a thread that takes too long, or with which the process grows too much; gives which of them it was. */
async function endedBy(thread: Worker, max_ms: number, signal: AbortSignal): Promise<'memory' | 'time' | undefined> {
  const before = process.memoryUsage.rss()
  for (const until = performance.now() + max_ms; !signal.aborted; await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined)) {
    const why = process.memoryUsage.rss() - before > GROWTH_MAX_BYTES ? 'memory' : performance.now() > until ? 'time' : undefined
    if (why === undefined) continue
    await thread.terminate()
    return why
  }
  return undefined
}

function joined(groups: readonly RowGroup[]): Table {
  const [first] = groups
  if (first === undefined) return { rows: 0, width: 0, names: undefined, by: 'column', cells: [] }
  const rows = groups.reduce((sum, group) => sum + group.rows, 0)
  const cells = first.cells.map((column, at) => (groups.length === 1 ? column : columnOf(groups, at, rows)))
  return { rows, width: first.names.length, names: first.names, by: 'column', cells }
}

function columnOf(groups: readonly RowGroup[], at: number, rows: number): Float64Array | unknown[] {
  const parts = groups.map(({ cells }) => cells[at] as Float64Array | unknown[])
  if (!parts.every((part) => part instanceof Float64Array)) return parts.flatMap((part) => Array.from<unknown>(part))
  const whole = new Float64Array(rows)
  let to = 0
  for (const part of parts) {
    whole.set(part, to)
    to += part.length
  }
  return whole
}
