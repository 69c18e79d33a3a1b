import { Worker } from 'node:worker_threads'
import { RequestProblem } from '../protocols/request-problem.ts'
import type { Inputs } from '../signature/signature.ts'
import type { Table } from '../signature/table.ts'
import type { RowGroup } from './parquet-group.ts'
import type { ParquetTask } from './parquet-worker.ts'

const PIECE_ROWS = 8192
/** No row group of an honest file takes so long to read. */
const GROUP_MAX_MS = 120_000
const MEMORY_MAX_MIB = 4096

type Answer = { readonly group?: RowGroup; readonly problem?: string; readonly is_too_much?: boolean }

/**
 * The rows of a Parquet file, row group after row group. A thread of its own reads it: its parser was not written for files that want
 * to harm, some of which it would never come to the end of. @throws RequestProblem
 */
export async function* parquetTables(path: string, inputs: Inputs | undefined, group_max_ms = GROUP_MAX_MS): AsyncGenerator<Table> {
  const thread = threadFor({ from: path, wanted: wantedOf(inputs) }, MEMORY_MAX_MIB)
  for await (const group of groupsOf(thread, path, group_max_ms)) yield* piecesOf(group)
}

/** The row groups that a thread reads, which is ended after the last. @throws RequestProblem */
export async function* groupsOf(thread: Worker, what: string, group_max_ms: number): AsyncGenerator<RowGroup> {
  const next = (): Promise<Answer> => asked(thread, group_max_ms)
  try {
    for (let coming = next(); ; ) {
      const { group, problem, is_too_much } = await coming
      if (problem !== undefined) throw new RequestProblem(`${what} can't be read as Parquet: ${problem}.`, is_too_much ? 413 : 400)
      if (group === undefined) return
      coming = next()
      // The next group is waited for only after this one's rows.
      coming.catch(() => undefined)
      yield group
    }
  } finally {
    await thread.terminate()
  }
}

/** A thread that reads Parquet, with so much of a heap. */
export function threadFor(workerData: ParquetTask, memory_max_MiB: number): Worker {
  const file = import.meta.url.endsWith('.ts') ? './parquet-worker.ts' : './parquet-worker.js'
  return new Worker(new URL(file, import.meta.url), { workerData, resourceLimits: { maxOldGenerationSizeMb: memory_max_MiB } })
}

/** The columns that a model asks for by name; undefined for all. */
export function wantedOf(inputs: Inputs | undefined): ReadonlySet<string> | undefined {
  if (inputs?.kind !== 'columns') return undefined
  const names = inputs.columns.flatMap(({ name }) => (name === undefined ? [] : [name]))
  return names.length === inputs.columns.length ? new Set(names) : undefined
}

function asked(thread: Worker, limit_ms: number): Promise<Answer> {
  return new Promise((resolve) => {
    const done = (answer: Answer): void => {
      clearTimeout(timer)
      thread.off('message', done)
      thread.off('error', failed)
      thread.off('exit', ended)
      resolve(answer)
    }
    const failed = (error: Error): void => done({ problem: error.message })
    const ended = (): void => done({ problem: 'its thread was ended' })
    const timer = setTimeout(() => done({ problem: `a row group takes longer than ${limit_ms / 1000} seconds` }), limit_ms)
    thread.once('message', done)
    thread.once('error', failed)
    thread.once('exit', ended)
    thread.postMessage('next')
  })
}

function* piecesOf({ rows, names, cells }: RowGroup): Generator<Table> {
  for (let from = 0; from < rows; from += PIECE_ROWS) {
    const to = Math.min(rows, from + PIECE_ROWS)
    const part = cells.map((column) => (column instanceof Float64Array ? column.subarray(from, to) : column.slice(from, to)))
    yield { rows: to - from, width: names.length, names, by: 'column', cells: part }
  }
}
