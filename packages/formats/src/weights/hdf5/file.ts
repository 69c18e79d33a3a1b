import type { Source } from '../../source.ts'
import { Unreadable } from '../../unreadable.ts'

/** An address that points nowhere. */
export const NOWHERE = -1

/** Bytes of the file, read one after the other. Reading past their end is an error, as it is for every reader of the format. */
export class Cursor {
  readonly file: Hdf5File
  readonly bytes: Buffer
  /** Where the bytes begin in the source. */
  readonly from: number
  at = 0

  constructor(file: Hdf5File, bytes: Buffer, from: number) {
    this.file = file
    this.bytes = bytes
    this.from = from
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  skip(count: number): void {
    if (count < 0 || count > this.left) throw new Unreadable('a structure ends in the middle', this.from + this.at)
    this.at += count
  }

  /** An unsigned number of so many bytes. */
  number(bytes: number): number {
    const start = this.at
    this.skip(bytes)
    let value = 0
    for (let at = start + bytes - 1; at >= start; at--) value = value * 256 + (this.bytes[at] as number)
    return value
  }

  text(bytes: number): string {
    const start = this.at
    this.skip(bytes)
    return this.bytes.toString('latin1', start, this.at)
  }

  /** An address in the file, or {@link NOWHERE}. */
  address(): number {
    const start = this.at
    const value = this.number(this.file.address_bytes)
    return this.bytes.subarray(start, this.at).every((byte) => byte === 0xff) ? NOWHERE : value
  }

  length(): number {
    return this.number(this.file.length_bytes)
  }

  /** The next bytes, to be read by themselves. */
  piece(count: number): Cursor {
    const start = this.at
    this.skip(count)
    return new Cursor(this.file, this.bytes.subarray(start, this.at), this.from + start)
  }

  expect(signature: string): void {
    const found = this.text(signature.length)
    if (found !== signature) throw new Unreadable(`${signature} is missing`, this.from)
  }
}

const READ_MAX_BYTES = 64 * 1024 * 1024

/** What the superblock says: where the root is, and how wide addresses and lengths are. */
export class Hdf5File {
  readonly source: Source
  /** Where the superblock stands: what addresses count from. */
  readonly base: number
  address_bytes = 8
  length_bytes = 8

  constructor(source: Source, base: number) {
    this.source = source
    this.base = base
  }

  /** So many bytes at an address; fewer at the end of the file. */
  at(address: number, length: number): Cursor {
    const from = this.base + address
    if (address === NOWHERE || !Number.isSafeInteger(from) || from >= this.source.size) {
      throw new Unreadable('an address leads out of the file', this.base)
    }
    if (length > READ_MAX_BYTES) throw new Unreadable('a structure is too big', from, true)
    return new Cursor(this, this.source.read(from, length), from)
  }
}

const SIGNATURE = '\x89HDF\r\n\x1a\n'

/** Opens a file by its superblock, which may stand at 0, 512, 1024 and so on, by doubling. @throws Unreadable */
export function openHdf5(source: Source): { file: Hdf5File; root: number } {
  let base = 0
  while (source.read(base, 8).toString('latin1') !== SIGNATURE) {
    base = base === 0 ? 512 : base * 2
    if (base >= source.size) throw new Unreadable('it has no superblock', 0)
  }
  const file = new Hdf5File(source, base)
  const block = file.at(0, 256)
  block.skip(8)
  const version = block.number(1)
  if (version > 3) throw new Unreadable(`its superblock has version ${version}`, base)
  if (version < 2) block.skip(4)
  file.address_bytes = width(block)
  file.length_bytes = width(block)
  if (version >= 2) {
    block.skip(1)
    for (let other = 0; other < 3; other++) block.address()
    return { file, root: block.address() }
  }
  // Sizes of trees' nodes and flags, four addresses, and the root's entry, which begins with its name.
  block.skip(version === 1 ? 13 : 9)
  for (let other = 0; other < 4; other++) block.address()
  block.address()
  return { file, root: block.address() }
}

function width(block: Cursor): number {
  const bytes = block.number(1)
  if (bytes !== 2 && bytes !== 4 && bytes !== 8) throw new Unreadable(`addresses or lengths of ${bytes} bytes`, block.from)
  return bytes
}
