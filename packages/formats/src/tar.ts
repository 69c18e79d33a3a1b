import type { Source } from './source.ts'
import { Unreadable } from './unreadable.ts'

/** A member of a tar. `type` is the letter of its header: '0' or '' a file, '1' and '2' links, '3' and '4' devices, '5' a folder. */
export type TarMember = {
  readonly name: string
  readonly type: string
  readonly link: string
  readonly size: number
  readonly data_at: number
  readonly header_at: number
}

const BLOCK = 512
const NAME_MAX_BYTES = 64 * 1024

/** Reads the headers of a tar, the long names of GNU and pax included. @throws Unreadable */
export function readTar(source: Source, members_max = 65_536): TarMember[] {
  const members: TarMember[] = []
  let long: { name?: string; link?: string; size?: number } = {}
  for (let at = 0; at + BLOCK <= source.size; ) {
    const header = source.read(at, BLOCK)
    if (header.every((byte) => byte === 0)) {
      at += BLOCK
      continue
    }
    if (!sumFits(header)) throw new Unreadable('the checksum of a header is wrong', at)
    const type = header.toString('latin1', 156, 157).replace('\0', '')
    const size = number(header, 124, 12, at)
    const data_at = at + BLOCK
    const next = data_at + Math.ceil(size / BLOCK) * BLOCK
    if (type === 'L' || type === 'K' || type === 'x' || type === 'g') {
      if (size > NAME_MAX_BYTES) throw new Unreadable('a long name is too long', at, true)
      const said = source.read(data_at, size)
      if (type === 'L') long.name = text(said)
      else if (type === 'K') long.link = text(said)
      else long = { ...long, ...pax(said.toString('utf8')) }
    } else {
      if (members.length >= members_max) throw new Unreadable(`it has more than ${members_max} members`, at, true)
      const prefix = header.toString('latin1', 257, 262) === 'ustar' ? text(header.subarray(345, 500)) : ''
      const short = text(header.subarray(0, 100))
      const name = long.name ?? (prefix === '' ? short : `${prefix}/${short}`)
      const true_size = long.size ?? size
      members.push({ name, type, link: long.link ?? text(header.subarray(157, 257)), size: true_size, data_at, header_at: at })
      at = data_at + Math.ceil(true_size / BLOCK) * BLOCK
      long = {}
      continue
    }
    at = next
  }
  return members
}

function sumFits(header: Buffer): boolean {
  let sum = 8 * 32
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += header[at] ?? 0
  return sum === Number.parseInt(text(header.subarray(148, 156)).trim(), 8)
}

/** Octal digits, or GNU's binary form for what they can't hold. */
function number(header: Buffer, at: number, length: number, offset: number): number {
  const field = header.subarray(at, at + length)
  const first = field[0] ?? 0
  const value =
    first & 0x80 ? field.subarray(1).reduce((all, byte) => all * 256 + byte, first & 0x7f) : Number.parseInt(text(field).trim() || '0', 8)
  if (!Number.isSafeInteger(value) || value < 0) throw new Unreadable('a size is none', offset)
  return value
}

const text = (bytes: Buffer): string => {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end)
}

function pax(records: string): { name?: string; link?: string; size?: number } {
  const found: { name?: string; link?: string; size?: number } = {}
  for (const line of records.split('\n')) {
    const [, key = '', value = ''] = /^\d+ ([^=]+)=(.*)$/s.exec(line) ?? []
    if (key === 'path') found.name = value
    else if (key === 'linkpath') found.link = value
    else if (key === 'size' && /^\d{1,15}$/.test(value)) found.size = Number(value)
  }
  return found
}
