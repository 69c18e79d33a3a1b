// `npm run fuzz -- [--seconds 60] [--workers 2] [FORMAT...]`: changes cases of the corpus at random and has them looked at, each format so
// long, several at once. None may throw, hang or grow without bound. What does is written to found/, and stays in the corpus.
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { FOUND } from './found.ts'
import type { FuzzDone, FuzzWanted } from './fuzz-worker.ts'
import { GROUPS } from './mutate.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, workers: { type: 'string', default: `${availableParallelism()}` } },
})
const seconds = Number(values.seconds)
const known = GROUPS.map(([group]) => group)
const unknown = positionals.filter((group) => !known.includes(group))
if (!(seconds > 0) || unknown.length > 0) throw new Error(`say how many seconds, and formats among ${known.join(', ')}`)

/** A reader that grows without bound ends its thread, and is found so. */
const HEAP_MAX_MIB = 1024
/** How long after its time a thread may still be busy with its last input. */
const GRACE_MS = 60_000
const INPUT_MAX_BYTES = 1024 * 1024

let failures = 0

function keep(group: string, bytes: Uint8Array, why: string): void {
  mkdirSync(FOUND, { recursive: true })
  const file = join(FOUND, `${group}-${Date.now()}-${failures++}.bin`)
  writeFileSync(file, bytes)
  console.log(`${group}: ${file}: ${why}`)
}

/** Changes the seeds of one format for its time, in a thread of its own. */
function fuzzFormat(group: string): Promise<void> {
  // The input under way lies where both threads see it: what ends the other one is known.
  const under_way = new SharedArrayBuffer(4 + INPUT_MAX_BYTES)
  const workerData: FuzzWanted = { group, time_ms: seconds * 1000, seed: Date.now(), under_way }
  const worker = new Worker(new URL('fuzz-worker.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MIB },
  })
  return new Promise((resolve) => {
    const ended = (why: string): void => {
      const length = new DataView(under_way).getUint32(0)
      keep(group, new Uint8Array(under_way, 4, length).slice(), why)
    }
    const hung = setTimeout(
      () => {
        ended('it did not come to an end')
        void worker.terminate()
      },
      seconds * 1000 + GRACE_MS,
    )
    worker.on('error', (error) => ended(String(error)))
    worker.on('message', ({ tried, failed }: FuzzDone) => {
      for (const { bytes, why } of failed) keep(group, bytes, why)
      console.log(`${group}: ${tried} inputs in ${seconds} s, ${failed.length} failed`)
    })
    worker.on('exit', () => {
      clearTimeout(hung)
      resolve()
    })
  })
}

const left = positionals.length > 0 ? positionals : known
const lane = async (): Promise<void> => {
  for (let group = left.shift(); group !== undefined; group = left.shift()) await fuzzFormat(group)
}
await Promise.all(Array.from({ length: Math.max(1, Number(values.workers)) }, lane))
process.exitCode = failures === 0 ? 0 : 1
