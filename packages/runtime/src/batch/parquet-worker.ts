import { parentPort, workerData } from 'node:worker_threads'
import { type GroupBounds, rowGroups, TooMuch } from './parquet-group.ts'

/** What the thread is asked to read: a file, or bytes. */
export type ParquetTask = {
  readonly from: string | Uint8Array<ArrayBuffer>
  readonly wanted: ReadonlySet<string> | undefined
  readonly bounds?: GroupBounds | undefined
}

const { from, wanted, bounds } = workerData as ParquetTask
const groups = rowGroups(from, wanted, bounds)

// Each message asks for one row group more, so that no more than two are in memory.
parentPort?.on('message', async () => {
  try {
    const { value } = await groups.next()
    const moved = value ? value.cells.flatMap((column) => (column instanceof Float64Array ? [column.buffer as ArrayBuffer] : [])) : []
    parentPort?.postMessage({ group: value }, moved)
  } catch (error) {
    parentPort?.postMessage({ problem: (error as Error).message, is_too_much: error instanceof TooMuch })
  }
})
