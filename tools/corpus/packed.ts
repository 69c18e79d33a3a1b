import { crc32, deflateSync } from 'node:zlib'
import { modern, proto } from './assemble.ts'
import { type Case, type Expected, raw, uint } from './case.ts'
import { tar, zip } from './zip.ts'

const EVIL = raw(modern(2, 'os', 'system'))
const FINE = raw(`${proto(2)}N.`)

/** A frame of LZ4 with one block, stored as it is. */
const lz4 = (content: Buffer, flags = 0x60): Buffer =>
  Buffer.concat([
    raw(`\x04\x22\x4d\x18${String.fromCharCode(flags)}\x40\x00`),
    uint((content.length | 0x80000000) >>> 0, 4),
    content,
    uint(0, 4),
  ])

/** A frame of LZ4 with a block of sequences: literals, and what is repeated of them. */
function lz4Block(sequences: readonly { literals: Buffer; distance: number; length: number }[], last: Buffer): Buffer {
  const more = (length: number): Buffer =>
    length < 15 ? Buffer.alloc(0) : Buffer.concat([Buffer.alloc(Math.floor((length - 15) / 255), 255), uint((length - 15) % 255, 1)])
  const nibble = (length: number): number => Math.min(15, length)
  const parts = sequences.map(({ literals, distance, length }) =>
    Buffer.concat([
      uint((nibble(literals.length) << 4) | nibble(length - 4), 1),
      more(literals.length),
      literals,
      uint(distance, 2),
      more(length - 4),
    ]),
  )
  const block = Buffer.concat([...parts, uint(nibble(last.length) << 4, 1), more(last.length), last])
  return Buffer.concat([raw('\x04\x22\x4d\x18\x60\x70\x00'), uint(block.length, 4), block, uint(0, 4)])
}

/** Seven bits a byte, as .xz writes numbers. */
const short = (value: number): Buffer => (value < 128 ? uint(value, 1) : Buffer.concat([uint((value & 127) | 128, 1), short(value >> 7)]))
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
const sealed = (bytes: Buffer): Buffer => Buffer.concat([bytes, uint(crc32(bytes), 4)])

/** A stream of .xz whose LZMA2 stores its content as it is, in pieces of 64 KiB. */
function xz(content: Buffer, filter = '\x21\x01\x16'): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < content.length; at += 65_536) {
    const piece = content.subarray(at, at + 65_536)
    const size = piece.length - 1
    pieces.push(raw(`${at === 0 ? '\x01' : '\x02'}${String.fromCharCode(size >> 8, size & 255)}`), piece)
  }
  const data = Buffer.concat([...pieces, raw('\0')])
  const flags = raw('\0\0')
  const header = sealed(raw(`\x02\0${filter}\0\0\0`))
  const index = sealed(padded(Buffer.concat([raw('\0\x01'), short(header.length + data.length), short(content.length)])))
  const end = Buffer.concat([uint(index.length / 4 - 1, 4), flags])
  return Buffer.concat([raw('\xfd7zXZ\0'), sealed(flags), header, padded(data), index, uint(crc32(end), 4), end, raw('YZ')])
}

/** What runs of four and more are written as, before they are sorted. */
function inRuns(content: Buffer): number[] {
  const runs: number[] = []
  for (let at = 0; at < content.length; ) {
    let same = 1
    while (same < 255 && content[at + same] === content[at]) same++
    runs.push(...Array(Math.min(same, 4)).fill(content[at]), ...(same >= 4 ? [same - 4] : []))
    at += same
  }
  return runs
}

/** How often the front is meant again, in twos and ones. */
function again(times: number): number[] {
  const symbols: number[] = []
  for (let left = times; left > 0; left = (left - (left & 1 ? 1 : 2)) / 2) symbols.push(left & 1 ? 0 : 1)
  return symbols
}

/** One block of bzip2, sorted by the plain way. */
function bzip2(content: Buffer): Buffer {
  const runs = inRuns(content)
  const turns = runs.map((_, at) => at)
  turns.sort((a, b) => {
    for (let step = 0; step < runs.length; step++) {
      const by = (runs[(a + step) % runs.length] as number) - (runs[(b + step) % runs.length] as number)
      if (by !== 0) return by
    }
    return a - b
  })
  const used = [...new Set(runs)].sort((a, b) => a - b)
  const front = [...used]
  const symbols: number[] = []
  let zeros = 0
  for (const turn of turns) {
    const at = front.indexOf(runs[(turn + runs.length - 1) % runs.length] as number)
    front.unshift(...front.splice(at, 1))
    if (at === 0) zeros++
    else {
      symbols.push(...again(zeros), at + 1)
      zeros = 0
    }
  }
  return bzip2Stream(turns.indexOf(0), used, [...symbols, ...again(zeros)])
}

const inBits = (hex: string): string =>
  BigInt(`0x${hex}`)
    .toString(2)
    .padStart(hex.length * 4, '0')

/** Symbols in a code whose words all have nine bits. */
function bzip2Stream(origin: number, used: readonly number[], symbols: readonly number[]): Buffer {
  const all = [...symbols, used.length + 1]
  const groups = Math.ceil(all.length / 50)
  const bits = [
    inBits('31415926535900000000'),
    '0',
    origin.toString(2).padStart(24, '0'),
    '1'.repeat(16),
    ...Array.from({ length: 256 }, (_, byte) => (used.includes(byte) ? '1' : '0')),
    '010',
    groups.toString(2).padStart(15, '0'),
    '0'.repeat(groups),
    ...[1, 2].map(() => `01001${'0'.repeat(used.length + 2)}`),
    ...all.map((symbol) => symbol.toString(2).padStart(9, '0')),
    inBits('17724538509000000000'),
  ].join('')
  const bytes = bits.match(/.{1,8}/g)?.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)) ?? []
  return Buffer.concat([raw('BZh9'), Buffer.from(bytes)])
}

const made = (name: string, content: Buffer, expected: Expected, rule?: string): Case => ({
  name: `packed/${name}`,
  bytes: content,
  expected,
  ...(rule !== undefined && { rule }),
})

const BOTH: readonly Case[] = [
  ['bz2', bzip2],
  ['xz', (content: Buffer) => xz(content)],
  ['lz4', (content: Buffer) => lz4(content)],
].flatMap(([ending, pack]) => {
  const packed = pack as (content: Buffer) => Buffer
  const evil = packed(EVIL)
  return [
    made(`model.pkl.${ending}`, evil, 'malicious', 'pickle/dangerous-import'),
    made(`renamed-${ending}.txt`, evil, 'malicious', 'pickle/dangerous-import'),
    made(`model.tar.${ending}`, packed(tar([{ name: 'model.pkl', data: EVIL }])), 'malicious', 'pickle/dangerous-import'),
    made(`slip.tar.${ending}`, packed(tar([{ name: '../../x', data: FINE }])), 'malicious', 'archive/escape'),
    made(`in-zip-${ending}.pt`, zip([{ name: 'x', data: evil }]), 'malicious', 'pickle/dangerous-import'),
    made(`twice.${ending}`, packed(evil), 'malicious', 'pickle/dangerous-import'),
    made(`second-stream.${ending}`, Buffer.concat([packed(FINE), evil]), 'malicious', 'pickle/dangerous-import'),
    made(`behind.${ending}`, Buffer.concat([packed(FINE), EVIL]), 'found', 'archive/damaged'),
    made(
      `zip-behind.${ending}`,
      Buffer.concat([packed(FINE), zip([{ name: 'archive/data.pkl', data: EVIL }])]),
      'malicious',
      'file/polyglot',
    ),
    ...[1, 2, 5, 9].map((less) => made(`cut-off-${less}.${ending}`, evil.subarray(0, -Math.min(less * 4, evil.length - 12)), 'found')),
    made(`head-only.${ending}`, evil.subarray(0, 8), 'not looked at', 'file/unreadable'),
    made(`7z-inside.${ending}`, packed(raw('7z\xbc\xaf\x27\x1c\x00\x04')), 'not looked at', 'archive/not-read'),
    made(`benign/model.pkl.${ending}`, packed(FINE), 'clean'),
    made(`benign/model.tar.${ending}`, packed(tar([{ name: 'model.pkl', data: FINE }])), 'clean'),
  ]
})

const zeros = { literals: raw('\0\0\0\0'), distance: 1, length: 60 * 1024 * 1024 }

export const packed = (): Case[] => [
  ...BOTH,
  made('repeats.lz4', lz4Block([{ literals: raw(modern(2, 'os', 'system')), distance: 1, length: 4 }], raw('....')), 'malicious'),
  made('bomb.lz4', lz4Block(Array(6).fill(zeros), raw('12345')), 'found', 'archive/limit'),
  made('bomb.bz2', bzip2Stream(0, [255], again(899_999)), 'found', 'archive/limit'),
  made('before-the-beginning.lz4', lz4Block([{ literals: raw('abcd'), distance: 9, length: 8 }], raw('12345')), 'found', 'archive/damaged'),
  made('skipped.lz4', Buffer.concat([lz4(FINE), raw('\x50\x2a\x4d\x18'), uint(EVIL.length, 4), EVIL, lz4(FINE)]), 'found'),
  made('dictionary.lz4', lz4(FINE, 0x61), 'not looked at', 'file/unreadable'),
  made('filter.xz', xz(EVIL, '\x04\x00\x00'), 'not looked at', 'file/unreadable'),
  made('two-filters.xz', xz(EVIL).fill(1, 13, 14), 'not looked at', 'file/unreadable'),
  made('lzma-alone', raw(`\x5d\0\0\x80\0${'\xff'.repeat(8)}\0\0\0\0\0`), 'not looked at', 'file/unreadable'),
  made('packed-in-gzip', deflateSync(lz4(EVIL)), 'malicious', 'pickle/dangerous-import'),
  made('bzip2.zip', zip([{ name: 'model.pkl', data: EVIL, stored: bzip2(EVIL), method: 12 }]), 'malicious', 'pickle/dangerous-import'),
  made('xz.zip', zip([{ name: 'model.pkl', data: EVIL, stored: xz(EVIL), method: 95 }]), 'malicious', 'pickle/dangerous-import'),
  made('benign/bzip2.zip', zip([{ name: 'model.pkl', data: FINE, stored: bzip2(FINE), method: 12 }]), 'clean'),
  made('cut-off-bzip2.zip', zip([{ name: 'model.pkl', data: FINE, stored: bzip2(FINE).subarray(0, 20), method: 12 }]), 'found'),
]
