import { gunzipSync, gzipSync } from 'node:zlib'
import { memorySource, openMember, readZip } from '../../packages/formats/src/index.ts'
import { zip } from '../corpus/zip.ts'
import type { Seed } from './target.ts'

export type Random = (below: number) => number

/** A small generator of numbers (mulberry32): the same again from the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const INPUT_MAX_BYTES = 512 * 1024

/** An input made of a seed: changed as it is, or inside, where it is packed and every change would be stopped by a checksum. */
export function changed(bytes: Buffer, seeds: readonly Seed[], random: Random): Buffer {
  const inside = random(3) > 0 ? changedInside(bytes, seeds, random) : undefined
  return (inside ?? changedBytes(bytes, seeds, random)).subarray(0, INPUT_MAX_BYTES)
}

const UNPACKED_MAX_BYTES = 1024 * 1024

function changedInside(bytes: Buffer, seeds: readonly Seed[], random: Random): Buffer | undefined {
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b)
      return gzipSync(changedBytes(gunzipSync(bytes, { maxOutputLength: UNPACKED_MAX_BYTES }), seeds, random))
    if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return undefined
    const archive = memorySource(bytes)
    const members = readZip(archive).members.map((member) => {
      const { source } = openMember(archive, member, UNPACKED_MAX_BYTES)
      return { name: member.name, data: source.read(0, source.size), packed: member.method === 8 }
    })
    const at = random(members.length)
    return zip(members.map((member, index) => (index === at ? { ...member, data: changedBytes(member.data, seeds, random) } : member)))
  } catch {
    // What does not unpack is changed from outside.
    return undefined
  }
}

const EDGES = [0, 1, 0x7f, 0x80, 0xff]
const WHOLE_EDGES = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  1n << 53n,
  (1n << 63n) - 1n,
  (1n << 64n) - 1n,
]
const TEXT_EDGES = ['0', '-1', '1', '1.5', '2147483647', '4294967296', '9007199254740993', '1e308', '1e999', '-0', 'NaN', '', '99999999']

type Change = (bytes: Buffer, at: number, random: Random, seeds: readonly Seed[]) => Buffer

const CHANGES: readonly Change[] = [
  (bytes, at, random) => put(bytes, at, random(256)),
  (bytes, at, random) => put(bytes, at, EDGES[random(EDGES.length)] ?? 0),
  (bytes, at, random) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(8))]),
  (bytes, at, random) => Buffer.concat([bytes.subarray(0, at), Buffer.from([random(256)]), bytes.subarray(at)]),
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, random) => {
    if (bytes.length >= 4) bytes.writeUInt32LE((random(65_536) * 65_536 + random(65_536)) >>> 0, at % (bytes.length - 3))
    return bytes
  },
  wholeEdge,
  textEdge,
  textEdge,
  repeated,
  (bytes, at, random, seeds) => {
    const other = (seeds[random(seeds.length)] as Seed).bytes
    const from = random(other.length + 1)
    return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + random(200)), bytes.subarray(at)])
  },
]

function changedBytes(original: Buffer, seeds: readonly Seed[], random: Random): Buffer {
  let bytes: Buffer = Buffer.from(original)
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const change = CHANGES[random(CHANGES.length)] as Change
    bytes = change(bytes, random(bytes.length + 1), random, seeds)
  }
  return bytes
}

function put(bytes: Buffer, at: number, value: number): Buffer {
  if (bytes.length > 0) bytes[at % bytes.length] = value
  return bytes
}

/** A whole number at the edge of what its bytes can hold, in either order of bytes. */
function wholeEdge(bytes: Buffer, at: number, random: Random): Buffer {
  const size = [2, 4, 8][random(3)] as number
  if (bytes.length < size) return bytes
  const made = Buffer.alloc(8)
  made.writeBigUInt64LE(WHOLE_EDGES[random(WHOLE_EDGES.length)] as bigint)
  const number = Buffer.from(made.subarray(0, size))
  number.copy(bytes, at % (bytes.length - size + 1))
  if (random(2) === 0) number.reverse().copy(bytes, at % (bytes.length - size + 1))
  return bytes
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

/** Another number where one stands as text. */
function textEdge(bytes: Buffer, at: number, random: Random): Buffer {
  let from = at
  while (from < bytes.length && !isDigit(bytes[from])) from++
  if (from === bytes.length) return bytes
  let to = from
  while (to < bytes.length && (isDigit(bytes[to]) || bytes[to] === 0x2e)) to++
  return Buffer.concat([bytes.subarray(0, from), Buffer.from(TEXT_EDGES[random(TEXT_EDGES.length)] as string), bytes.subarray(to)])
}

/** A piece many times over: what is nested or long becomes more so. */
function repeated(bytes: Buffer, at: number, random: Random): Buffer {
  const piece = bytes.subarray(at, at + 1 + random(16))
  const times = 1 << random(11)
  return Buffer.concat([bytes.subarray(0, at), ...Array<Buffer>(times).fill(piece), bytes.subarray(at)])
}
