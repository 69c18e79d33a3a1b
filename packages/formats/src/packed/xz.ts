import { LzmaDecoder, propertiesIn } from './lzma.ts'
import { Broken, type Output, type Unpacked, unpacking } from './unpacked.ts'

const MAGIC = Buffer.from('\xfd7zXZ\0', 'latin1')
const LZMA2 = 0x21
/** Bytes of the checks that a stream may have, by their number. */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64]
const ALONE_HEADER_BYTES = 13

/** Unpacks .xz, stream after stream. Its checks are not looked at: what comes out is, whatever they say. @throws Unreadable at a limit */
export function unpackXz(packed: Buffer, max_bytes: number): Unpacked {
  return unpacking({ max_bytes, packed_bytes: packed.length }, (output) => {
    for (let at = 0; at < packed.length; ) {
      // Streams are padded with zeros, four at a time.
      if (at > 0 && packed.length - at >= 4 && packed.readUInt32LE(at) === 0) at += 4
      else at = stream(new Cursor(packed, at), output)
    }
  })
}

/** Unpacks LZMA alone (.lzma), or what of it a zip holds when the size is told. @throws Unreadable at a limit */
export function unpackLzma(packed: Buffer, max_bytes: number): Unpacked {
  return unpacking({ max_bytes, packed_bytes: packed.length }, (output) => {
    if (packed.length < ALONE_HEADER_BYTES) throw new Broken('it is cut off')
    const size = packed.readBigUInt64LE(5)
    const end = ALONE_HEADER_BYTES + lzma(packed, ALONE_HEADER_BYTES, output, size >> 32n === 0xffffffffn ? undefined : Number(size))
    if (end < packed.length) throw new Broken('something else follows its end')
  })
}

/** Unpacks a member of a zip that is packed by LZMA (method 14). @throws Unreadable at a limit */
export function unpackZipLzma(packed: Buffer, size: number, max_bytes: number): Unpacked {
  return unpacking({ max_bytes, packed_bytes: packed.length }, (output) => {
    const properties = packed.length < 4 ? 0 : packed.readUInt16LE(2)
    if (properties !== 5 || packed.length < 9) throw new Broken('its header is none')
    lzma(packed.subarray(4), properties, output, size)
  })
}

/** Properties stand in the first byte; gives how much was read of what begins at `from`. */
function lzma(packed: Buffer, from: number, output: Output, size: number | undefined): number {
  const decoder = new LzmaDecoder(output)
  decoder.reset(propertiesIn(packed[0] ?? 255))
  return decoder.decode(packed.subarray(from), size ?? Number.POSITIVE_INFINITY)
}

class Cursor {
  readonly bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes
    this.at = at
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw new Broken('it is cut off')
    return this.bytes[this.at++] as number
  }

  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new Broken('it is cut off')
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  /** Seven bits a byte, the lowest first. */
  number(): number {
    let value = 0
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new Broken('a number in it is too large')
  }
}

/** Gives where the next stream begins. */
function stream(cursor: Cursor, output: Output): number {
  const start = cursor.at
  if (!cursor.bytes.subarray(start, start + MAGIC.length).equals(MAGIC)) throw new Broken('something else follows its end')
  cursor.take(MAGIC.length + 1)
  const check_bytes = CHECK_BYTES[cursor.byte() & 15] as number
  cursor.take(4)
  for (;;) {
    const header = cursor.at
    const size = cursor.byte()
    if (size === 0) return index(cursor, header)
    blockHeader(cursor, header + (size + 1) * 4)
    const data = cursor.at
    lzma2(cursor, output)
    cursor.take((4 - ((cursor.at - data) % 4)) % 4)
    cursor.take(check_bytes)
  }
}

function blockHeader(cursor: Cursor, end: number): void {
  const flags = cursor.byte()
  if (flags & 0x40) cursor.number()
  if (flags & 0x80) cursor.number()
  const filter = cursor.number()
  // What changes the bytes besides (for programs of a processor, or differences) is no habit of anybody who packs models.
  if ((flags & 3) !== 0 || filter !== LZMA2) throw new Broken('it is packed by a filter that is not read here')
  if (cursor.at > end) throw new Broken('a header in it is none')
  cursor.at = end
}

function lzma2(cursor: Cursor, output: Output): void {
  const decoder = new LzmaDecoder(output)
  let is_set = false
  for (;;) {
    const control = cursor.byte()
    if (control === 0) return
    if (control < 0x80) {
      if (control > 2) throw new Broken('it is damaged')
      if (control === 1) decoder.forget()
      output.append(cursor.take(cursor.take(2).readUInt16BE() + 1))
      continue
    }
    const size = (((control & 0x1f) << 16) | cursor.take(2).readUInt16BE()) + 1
    const packed_size = cursor.take(2).readUInt16BE() + 1
    const mode = (control >> 5) & 3
    if (mode === 3) decoder.forget()
    if (mode >= 2) decoder.reset(propertiesIn(cursor.byte()))
    else if (!is_set) throw new Broken('it is damaged')
    else if (mode === 1) decoder.reset()
    is_set = true
    const left = cursor.bytes.subarray(cursor.at, cursor.at + packed_size)
    decoder.decode(left, output.length + size)
    cursor.take(packed_size)
  }
}

/** The list of blocks, which says nothing that was not seen; behind it a footer. */
function index(cursor: Cursor, start: number): number {
  const records = cursor.number()
  for (let at = 0; at < records * 2; at++) cursor.number()
  cursor.take((4 - ((cursor.at - start) % 4)) % 4)
  cursor.take(4 + 12)
  return cursor.at
}
