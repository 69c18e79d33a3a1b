import { Broken, type Output, type Unpacked, unpacking } from './unpacked.ts'

const BLOCK = 0x314159265359
const END = 0x177245385090
const GROUP_SYMBOLS = 50
const LENGTH_MAX = 20
const RUN_A = 0
const RUN_B = 1

/** Unpacks .bz2, stream after stream. Checksums are not looked at: what comes out is, whatever they say. @throws Unreadable at a limit */
export function unpackBzip2(packed: Buffer, max_bytes: number): Unpacked {
  return unpacking({ max_bytes, packed_bytes: packed.length }, (output) => {
    for (let at = 0; at < packed.length; ) at = stream(packed, at, output)
  })
}

class Bits {
  readonly #bytes: Buffer
  at: number
  #held = 0
  #count = 0

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  /** Up to 24 bits, the highest first. */
  take(bits: number): number {
    while (this.#count < bits) {
      if (this.at >= this.#bytes.length) throw new Broken('it is cut off')
      this.#held = ((this.#held << 8) | (this.#bytes[this.at++] as number)) & 0x7fffffff
      this.#count += 8
    }
    this.#count -= bits
    const value = (this.#held >>> this.#count) & ((1 << bits) - 1)
    this.#held &= (1 << this.#count) - 1
    return value
  }
}

/** Gives where the next stream begins. */
function stream(packed: Buffer, start: number, output: Output): number {
  const level = (packed[start + 3] ?? 0) - 0x30
  if (packed.toString('latin1', start, start + 3) !== 'BZh' || level < 1 || level > 9) throw new Broken('something else follows its end')
  const bits = new Bits(packed, start + 4)
  for (;;) {
    const magic = bits.take(24) * 2 ** 24 + bits.take(24)
    bits.take(16)
    bits.take(16)
    if (magic === END) return bits.at
    if (magic !== BLOCK) throw new Broken('it is damaged')
    block(bits, level * 100_000, output)
  }
}

function block(bits: Bits, size_max: number, output: Output): void {
  // Writers gave this up in 1997.
  if (bits.take(1) === 1) throw new Broken('a block of it is randomized, which is not read here')
  const origin = bits.take(24)
  const alphabet = symbolsUsed(bits)
  const groups = bits.take(3)
  const selectors = selectorsIn(bits, groups)
  const tables = Array.from({ length: groups }, () => tableIn(bits, alphabet.length + 2))
  const order = new Uint32Array(size_max)
  const length = symbolsInto(order, bits, alphabet, selectors, tables)
  if (origin >= length) {
    if (length === 0) return
    throw new Broken('it is damaged')
  }
  unsort(order, length, origin, output)
}

function symbolsUsed(bits: Bits): Uint8Array {
  const rows = bits.take(16)
  const used: number[] = []
  for (let row = 0; row < 16; row++) {
    if ((rows & (0x8000 >> row)) === 0) continue
    const columns = bits.take(16)
    for (let column = 0; column < 16; column++) if (columns & (0x8000 >> column)) used.push(row * 16 + column)
  }
  if (used.length === 0) throw new Broken('it is damaged')
  return Uint8Array.from(used)
}

/** Which table is for each group of fifty symbols, by how far it was from the front. */
function selectorsIn(bits: Bits, groups: number): Uint8Array {
  if (groups < 2 || groups > 6) throw new Broken('it is damaged')
  const front = Array.from({ length: groups }, (_, at) => at)
  return Uint8Array.from({ length: bits.take(15) }, () => {
    let at = 0
    while (bits.take(1) === 1) if (++at >= groups) throw new Broken('it is damaged')
    const [taken] = front.splice(at, 1)
    front.unshift(taken as number)
    return taken as number
  })
}

/** A code: for each length the largest code of it, and the symbols in order. */
type Table = { readonly largest: Int32Array; readonly offset: Int32Array; readonly symbols: Uint16Array }

function tableIn(bits: Bits, size: number): Table {
  const lengths = new Uint8Array(size)
  let length = bits.take(5)
  for (let symbol = 0; symbol < size; symbol++) {
    while (bits.take(1) === 1) length += bits.take(1) === 0 ? 1 : -1
    if (length < 1 || length > LENGTH_MAX) throw new Broken('it is damaged')
    lengths[symbol] = length
  }
  const largest = new Int32Array(LENGTH_MAX + 2).fill(-1)
  const offset = new Int32Array(LENGTH_MAX + 2)
  const symbols = new Uint16Array(size)
  let code = 0
  let at = 0
  for (let wide = 1; wide <= LENGTH_MAX; wide++) {
    const first = at
    offset[wide] = at - code
    for (let symbol = 0; symbol < size; symbol++) if (lengths[symbol] === wide) symbols[at++] = symbol
    code += at - first
    if (at > first) largest[wide] = code - 1
    code <<= 1
  }
  return { largest, offset, symbols }
}

function symbolIn(bits: Bits, { largest, offset, symbols }: Table): number {
  let code = 0
  for (let length = 1; length <= LENGTH_MAX; length++) {
    code = (code << 1) | bits.take(1)
    if (code <= (largest[length] as number)) return symbols[code + (offset[length] as number)] ?? 0
  }
  throw new Broken('it is damaged')
}

/** Symbols as they stand in the sorted block; gives how many. */
function symbolsInto(order: Uint32Array, bits: Bits, alphabet: Uint8Array, selectors: Uint8Array, tables: readonly Table[]): number {
  const front = alphabet.slice()
  const end = alphabet.length + 1
  let length = 0
  let run = 0
  let weight = 1
  for (let at = 0; ; at++) {
    const table = tables[selectors[Math.floor(at / GROUP_SYMBOLS)] ?? -1]
    if (!table) throw new Broken('it is damaged')
    const symbol = symbolIn(bits, table)
    if (symbol === RUN_A || symbol === RUN_B) {
      run += weight << symbol
      weight <<= 1
      if (run > order.length) throw new Broken('it is damaged')
      continue
    }
    if (length + run + 1 > order.length && symbol !== end) throw new Broken('it is damaged')
    if (run > 0) {
      if (length + run > order.length) throw new Broken('it is damaged')
      order.fill(front[0] as number, length, length + run)
      length += run
      run = 0
    }
    weight = 1
    if (symbol === end) return length
    const byte = front[symbol - 1] as number
    front.copyWithin(1, 0, symbol - 1)
    front[0] = byte
    order[length++] = byte
  }
}

/** Turns a sorted block back, and writes out what runs of four stand for. */
function unsort(order: Uint32Array, length: number, origin: number, output: Output): void {
  const starts = new Uint32Array(256)
  for (let at = 0; at < length; at++) starts[(order[at] as number) & 0xff] = (starts[(order[at] as number) & 0xff] as number) + 1
  for (let byte = 0, sum = 0; byte < 256; byte++) {
    const count = starts[byte] as number
    starts[byte] = sum
    sum += count
  }
  for (let at = 0; at < length; at++) {
    const byte = (order[at] as number) & 0xff
    const to = starts[byte] as number
    starts[byte] = to + 1
    order[to] = (order[to] as number) | (at << 8)
  }
  let next = (order[origin] as number) >>> 8
  let last = -1
  let same = 0
  for (let left = length; left > 0; left--) {
    const entry = order[next] as number
    next = entry >>> 8
    const byte = entry & 0xff
    if (same === 4) {
      if (byte > 0) output.repeat(1, byte)
      same = 0
      last = -1
      continue
    }
    same = byte === last ? same + 1 : 1
    last = byte
    output.push(byte)
  }
}
