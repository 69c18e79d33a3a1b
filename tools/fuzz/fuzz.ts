import { setImmediate } from 'node:timers/promises'
import { changed, randomFrom } from './mutate.ts'
import type { Seed, Target } from './target.ts'

/** An input at which a reader failed, and how. */
export type Failure = Seed & { readonly why: string }

export type Fuzzed = { readonly tried: number; readonly endings: number; readonly failed: readonly Failure[] }

/** How long and from where, and who hears of each input before it is tried. */
export type Fuzzing = { readonly time_ms: number; readonly seed: number; readonly onInput?: (input: Seed) => void }

/**
 * One input may take so much of the processor, which is not what the clock says on a busy machine. 16 MiB that are unpacked before any
 * ratio counts take 3 s of it, and twice that beside other work.
 */
const INPUT_MAX_CPU_MS = 10_000
/** What unpackers of Node leave behind is given back between turns of the loop only: without, a sound reader grows by 10 KB an input. */
const INPUTS_A_TURN = 256
const FAILURES_MAX = 10
const POOL_MAX = 500

/**
 * Tries changed seeds on a reader for a time. An input that ends as none did before joins the seeds. The same `seed` gives the same
 * inputs, but for where the time ends.
 */
export async function fuzz(target: Target, { time_ms, seed, onInput }: Fuzzing): Promise<Fuzzed> {
  const pool = [...target.seeds()]
  if (pool.length === 0) throw new Error(`${target.name} has no seed`)
  const random = randomFrom(seed)
  const endings = new Set<string>()
  const failed: Failure[] = []
  let tried = 0
  for (const until = performance.now() + time_ms; performance.now() < until && failed.length < FAILURES_MAX; tried++) {
    if (tried % INPUTS_A_TURN === 0) await setImmediate()
    const { name, bytes: original } = pool[random(pool.length)] as Seed
    // The seeds themselves come first: what they are is known to work.
    const input = { name, bytes: tried < pool.length && endings.size < tried ? original : changed(original, pool, random) }
    onInput?.(input)
    const before = process.threadCpuUsage()
    try {
      const said = target.attempt(name, input.bytes)
      const ending = shapeOf(typeof said === 'string' ? said : await said)
      const took_ms = cpuSince(before)
      if (took_ms > INPUT_MAX_CPU_MS) failed.push({ ...input, why: `it took ${took_ms.toFixed(0)} ms of the processor` })
      if (!endings.has(ending) && pool.length < POOL_MAX) pool.push(input)
      endings.add(ending)
    } catch (error) {
      failed.push({ ...input, why: String((error as Error).stack ?? error).slice(0, 600) })
    }
  }
  return { tried, endings: endings.size, failed }
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

/** An ending without what is of this input alone: numbers and what is quoted. */
const shapeOf = (ending: string): string => ending.replace(/"[^"]*"|'[^']*'|-?\d[\d.e+]*/g, '*').slice(0, 100)
