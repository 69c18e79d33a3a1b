// A thread of fuzz.ts: one format, for its time.
import { parentPort, workerData } from 'node:worker_threads'
import { inspect } from '../../packages/scan/src/inspect.ts'
import { corpus } from './corpus.ts'
import { type Failure, fuzz, seedsOf } from './mutate.ts'

/** What a thread is told: the format, how long, and where the input under way is to be seen. */
export type FuzzWanted = { readonly group: string; readonly time_ms: number; readonly seed: number; readonly under_way: SharedArrayBuffer }

/** What it says in the end. */
export type FuzzDone = { readonly tried: number; readonly failed: readonly Failure[] }

const { group, time_ms, seed, under_way } = workerData as FuzzWanted
const length = new DataView(under_way)
const input = new Uint8Array(under_way, 4)
const done: FuzzDone = fuzz(seedsOf(group, corpus()), time_ms, seed, (name, bytes) => {
  length.setUint32(0, Math.min(bytes.length, input.length))
  input.set(bytes.subarray(0, input.length))
  inspect(name, bytes)
})
parentPort?.postMessage(done)
