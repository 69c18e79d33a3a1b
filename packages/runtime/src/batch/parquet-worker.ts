import { parentPort, workerData } from 'node:worker_threads'
import { rowGroups } from './parquet-group.ts'

/** What the thread is asked to read. */
export type ParquetTask = { readonly path: string; readonly wanted: ReadonlySet<string> | undefined }

const { path, wanted } = workerData as ParquetTask
const groups = rowGroups(path, wanted)

// Each message asks for one row group more, so that no more than two are in memory.
parentPort?.on('message', async () => {
  try {
    const { value } = await groups.next()
    const moved = value ? value.cells.flatMap((column) => (column instanceof Float64Array ? [column.buffer as ArrayBuffer] : [])) : []
    parentPort?.postMessage({ group: value }, moved)
  } catch (error) {
    parentPort?.postMessage({ problem: (error as Error).message })
  }
})
