import { isObject, type JsonObject, readJson } from '../documents/json.ts'
import type { Source } from '../source.ts'
import { Unreadable } from '../unreadable.ts'

/** A tensor as the header tells it; the offsets are from the end of the header. */
export type SafeTensor = {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly from: number
  readonly to: number
}
export type Safetensors = {
  readonly tensors: readonly SafeTensor[]
  readonly metadata: ReadonlyMap<string, string>
  readonly data_at: number
}

const HEADER_MAX_BYTES = 100_000_000
const BITS: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  F64: 64,
  I64: 64,
  U64: 64,
  C64: 64,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
}

/** Reads the header, and holds it to everything that the format asks for. @throws Unreadable */
export function readSafetensors(source: Source): Safetensors {
  const start = source.read(0, 8)
  const length = start.length === 8 ? start.readBigUInt64LE(0) : 0n
  if (length > BigInt(HEADER_MAX_BYTES) || length > BigInt(Math.max(0, source.size - 8)) || length < 2n) {
    throw new Unreadable(`its header has ${length} bytes`, 0)
  }
  const data_at = 8 + Number(length)
  const header = parse(source.read(8, Number(length)))
  const metadata = new Map<string, string>()
  const tensors: SafeTensor[] = []
  for (const [name, told] of Object.entries(header)) {
    if (!isObject(told)) throw new Unreadable(`${name.slice(0, 100)} is no object`, 8)
    if (name !== '__metadata__') tensors.push(tensor(name, told))
    else for (const [key, value] of Object.entries(told)) metadata.set(key, textOf(value))
  }
  let at = 0
  for (const { name, from, to } of tensors.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== at) throw new Unreadable(`${name.slice(0, 100)} begins at ${from}, and the one before it ends at ${at}`, 8)
    at = to
  }
  if (data_at + at !== source.size) throw new Unreadable(`the tensors take ${at} bytes, and ${source.size - data_at} are there`, data_at)
  return { tensors, metadata, data_at }
}

function parse(bytes: Buffer): JsonObject {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Unreadable('its header is not UTF-8', 8)
  }
  if (text[0] !== '{') throw new Unreadable('its header does not begin with a brace', 8)
  const { value, duplicates } = readJson(text.trimEnd(), { depth_max: 8, bytes_max: HEADER_MAX_BYTES })
  if (duplicates.length > 0) throw new Unreadable(`${duplicates[0]} stands in its header twice`, 8)
  return value as JsonObject
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Unreadable('its metadata has values that are no texts', 8)
  return value
}

function tensor(name: string, told: JsonObject): SafeTensor {
  const { dtype, shape, data_offsets: offsets } = told
  const fail = (): never => {
    throw new Unreadable(`the tensor ${name.slice(0, 100)} is described wrongly`, 8)
  }
  if (typeof dtype !== 'string' || !Array.isArray(shape) || !Array.isArray(offsets) || offsets.length !== 2) return fail()
  const [from, to] = offsets as [unknown, unknown]
  if (![from, to, ...shape].every((one) => typeof one === 'number' && Number.isSafeInteger(one) && one >= 0)) return fail()
  const bits = (shape as number[]).reduce((all, one) => all * one, BITS[dtype] ?? fail())
  if (bits !== ((to as number) - (from as number)) * 8) return fail()
  return { name, dtype, shape: shape as number[], from: from as number, to: to as number }
}
