import type { Case } from './case.ts'

/** The seeds of each format, by the names of their cases. */
export const GROUPS: readonly (readonly [string, (name: string) => boolean])[] = [
  ['pickle', (name) => name.startsWith('pickle/')],
  ['joblib', (name) => name.includes('joblib')],
  ['zip', (name) => /archives\/.*\.(?:pt2?|zip|bin|pkl)$/.test(name)],
  ['tar', (name) => name.endsWith('.tar')],
  ['packed', (name) => /\.(?:gz|zst|joblib)$/.test(name)],
  ['numpy', (name) => /\.np[yz]$/.test(name)],
  ['skops', (name) => name.endsWith('.skops')],
  ['safetensors', (name) => name.endsWith('.safetensors')],
  ['gguf', (name) => name.endsWith('.gguf')],
  ['graph', (name) => /\.(?:onnx|pb)$/.test(name)],
  ['keras', (name) => name.endsWith('.keras')],
  ['hdf5', (name) => name.endsWith('.h5')],
  ['yaml', (name) => /MLmodel$|\.ya?ml$|requirements\.txt$/.test(name)],
  ['json', (name) => /\.json$/.test(name)],
  ['lightgbm', (name) => name.endsWith('.lgb')],
]

const SEED_MAX_BYTES = 100_000

/** The cases of a format that are small enough to be changed many times a second. */
export function seedsOf(group: string, cases: readonly Case[]): Case[] {
  const belongs = GROUPS.find(([name]) => name === group)?.[1] ?? (() => false)
  return cases.filter(({ name, bytes }) => belongs(name) && bytes.length < SEED_MAX_BYTES)
}

/** An input at which a reader failed, and how. */
export type Failure = { readonly name: string; readonly bytes: Buffer; readonly why: string }

/** One input may take so long, on a machine that does other things as well. */
const SLOW_MS = 5_000

/** Tries changed seeds for a time. The same `seed` gives the same inputs. */
export function fuzz(
  seeds: readonly Case[],
  time_ms: number,
  seed: number,
  attempt: (name: string, bytes: Buffer) => unknown,
): { tried: number; failed: Failure[] } {
  if (seeds.length === 0) throw new Error('there is no seed')
  const random = randomFrom(seed)
  const failed: Failure[] = []
  const until = performance.now() + time_ms
  let tried = 0
  for (; performance.now() < until && failed.length < 10; tried++) {
    const { name, bytes: original } = seeds[random(seeds.length)] as Case
    const bytes = changed(original, seeds, random)
    const started = performance.now()
    try {
      attempt(name, bytes)
      const took_ms = performance.now() - started
      if (took_ms > SLOW_MS) failed.push({ name, bytes, why: `it took ${took_ms.toFixed(0)} ms` })
    } catch (error) {
      failed.push({ name, bytes, why: String((error as Error).stack ?? error).slice(0, 400) })
    }
  }
  return { tried, failed }
}

type Random = (below: number) => number

/** A small generator of numbers (mulberry32): the same again from the same seed. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const EDGES = [0, 1, 0x7f, 0x80, 0xff]

function changed(original: Buffer, seeds: readonly Case[], random: Random): Buffer {
  let bytes: Buffer = Buffer.from(original)
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const at = random(bytes.length + 1)
    const kind = random(7)
    if (kind === 0 && bytes.length > 0) bytes[at % bytes.length] = random(256)
    else if (kind === 1 && bytes.length > 0) bytes[at % bytes.length] = EDGES[random(EDGES.length)] ?? 0
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(8))])
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([random(256)]), bytes.subarray(at)])
    else if (kind === 4) bytes = bytes.subarray(0, at)
    else if (kind === 5 && bytes.length >= 4) bytes.writeUInt32LE((random(65_536) * 65_536 + random(65_536)) >>> 0, at % (bytes.length - 3))
    else {
      const other = (seeds[random(seeds.length)] as Case).bytes
      const from = random(other.length + 1)
      bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + random(200)), bytes.subarray(at)])
    }
  }
  return bytes
}
