import { Broken, type Output, type Unpacked, unpacking } from './unpacked.ts'

const MAGIC = 0x184d2204
/** Frames that a reader jumps over: sixteen magic numbers. */
const isSkipped = (magic: number): boolean => (magic & 0xfffffff0) >>> 0 === 0x184d2a50
const FLAG = { block_checksum: 0x10, content_size: 0x08, content_checksum: 0x04, dictionary: 0x01 } as const

/** Unpacks frames of LZ4, one after another. No checksum is looked at: what comes out is, in any case. @throws Unreadable at a limit */
export function unpackLz4(packed: Buffer, max_bytes: number): Unpacked {
  return unpacking({ max_bytes, packed_bytes: packed.length }, (output) => {
    let has_skipped = false
    for (let at = 0; at < packed.length; ) {
      has_skipped ||= isSkipped(word(packed, at))
      at = frame(packed, at, output)
    }
    if (has_skipped) throw new Broken('readers jump over a part of it')
  })
}

function word(packed: Buffer, at: number): number {
  if (at + 4 > packed.length) throw new Broken('it is cut off')
  return packed.readUInt32LE(at)
}

/** Gives where the next frame begins. */
function frame(packed: Buffer, start: number, output: Output): number {
  const magic = word(packed, start)
  if (isSkipped(magic)) return start + 8 + word(packed, start + 4)
  if (magic !== MAGIC) throw new Broken('something else follows its end')
  const flags = packed[start + 4] ?? 0
  if (flags >> 6 !== 1) throw new Broken('it is of a version that is not known')
  if (flags & FLAG.dictionary) throw new Broken('it needs a dictionary that is not in it')
  let at = start + 7 + (flags & FLAG.content_size ? 8 : 0)
  for (;;) {
    const size = word(packed, at)
    at += 4
    if (size === 0) return at + (flags & FLAG.content_checksum ? 4 : 0)
    const length = size & 0x7fffffff
    const bytes = packed.subarray(at, at + length)
    if (size >>> 31) output.append(bytes)
    else block(bytes, output)
    if (bytes.length < length) throw new Broken('it is cut off')
    at += length + (flags & FLAG.block_checksum ? 4 : 0)
  }
}

function block(bytes: Buffer, output: Output): void {
  let at = 0
  const more = (nibble: number): number => {
    let length = nibble
    if (nibble === 15) {
      for (let byte = 255; byte === 255; length += byte) {
        if (at >= bytes.length) throw new Broken('it is cut off')
        byte = bytes[at++] as number
      }
    }
    return length
  }
  while (at < bytes.length) {
    const token = bytes[at++] as number
    const literals = more(token >> 4)
    output.append(bytes.subarray(at, at + literals))
    at += literals
    // The last sequence of a block has literals only.
    if (at >= bytes.length) return
    if (at + 2 > bytes.length) throw new Broken('it is cut off')
    const distance = bytes.readUInt16LE(at)
    at += 2
    const length = more(token & 15) + 4
    if (distance === 0 || distance > output.length) throw new Broken('it repeats what was never there')
    output.repeat(distance, length)
  }
}
