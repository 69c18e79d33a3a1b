import { crc32, deflateRawSync } from 'node:zlib'
import { raw, uint } from './case.ts'

/** A member to be written, and where its two headers are to lie. */
export type Written = {
  readonly name: string
  readonly data: Buffer
  readonly packed?: boolean
  readonly local_name?: string
  readonly local_size?: number
  readonly flags?: number
  readonly local_flags?: number
  readonly crc?: number
  readonly mode?: number
  readonly method?: number
  /** The content as it lies there, where `method` is one that is not made here. */
  readonly stored?: Buffer
  /** The directory does not know it. */
  readonly hidden?: boolean
}

/** Writes a zip as its members say, true or not. */
export function zip(
  members: readonly Written[],
  { prefix = Buffer.alloc(0), comment = '', entries }: { prefix?: Buffer; comment?: string; entries?: number } = {},
): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const one of members) {
    const method = one.method ?? (one.packed ? 8 : 0)
    const stored = one.stored ?? (one.packed ? deflateRawSync(one.data) : one.data)
    const crc = one.crc ?? crc32(one.data)
    const body = (name: string, flags: number, size: number): Buffer =>
      Buffer.concat([
        uint(flags, 2),
        uint(method, 2),
        uint(0, 4),
        uint(crc, 4),
        uint(stored.length, 4),
        uint(size, 4),
        uint(Buffer.byteLength(name), 2),
      ])
    const local_name = one.local_name ?? one.name
    const head = body(local_name, one.local_flags ?? one.flags ?? 0, one.local_size ?? one.data.length)
    const local = Buffer.concat([raw('PK\x03\x04\x14\x00'), head, uint(0, 2), Buffer.from(local_name), stored])
    const central = Buffer.concat([
      raw('PK\x01\x02\x14\x03\x14\x00'),
      body(one.name, one.flags ?? 0, one.data.length),
      uint(0, 8),
      uint(((one.mode ?? 0o100644) << 16) >>> 0, 4),
      uint(at, 4),
      Buffer.from(one.name),
    ])
    parts.push(local)
    if (!one.hidden) directory.push(central)
    at += local.length
  }
  const listed = Buffer.concat(directory)
  const count = uint(entries ?? directory.length, 2)
  const end = Buffer.concat([
    raw('PK\x05\x06'),
    uint(0, 4),
    count,
    count,
    uint(listed.length, 4),
    uint(at, 4),
    uint(comment.length, 2),
    raw(comment),
  ])
  return Buffer.concat([prefix, ...parts, listed, end])
}

/** A tar with members as told. */
export function tar(members: readonly { name: string; data?: Buffer; type?: string; link?: string }[]): Buffer {
  const blocks = members.flatMap(({ name, data = Buffer.alloc(0), type = '0', link = '' }) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write('0000644\0', 100)
    header.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('        ', 148)
    header.write(type, 156)
    header.write(link, 157)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((all, byte) => all + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}
