import { modern } from './assemble.ts'
import { type Case, type Expected, raw, uint } from './case.ts'
import { zip } from './zip.ts'

/** A piece of a FlatBuffer, which holds all that it means; it is meant by the place `entry` in it. */
type Piece = { readonly bytes: Buffer; readonly entry: number }

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
const text = (value: string): Piece => ({ bytes: padded(Buffer.concat([uint(value.length, 4), raw(`${value}\0`)])), entry: 0 })
const numbers = (count: number, width: number, said = count): Piece => ({
  bytes: padded(Buffer.concat([uint(said, 4), Buffer.alloc(count * width)])),
  entry: 0,
})

/** Offsets at the places told, and behind everything the pieces that they mean. */
function meaning(head: Buffer, entry: number, pieces: readonly (readonly [at: number, piece: Piece])[]): Piece {
  const parts = [padded(head)]
  let end = parts[0]?.length ?? 0
  for (const [at, piece] of pieces) {
    parts[0]?.writeUInt32LE(end + piece.entry - at, at)
    parts.push(piece.bytes)
    end += piece.bytes.length
  }
  return { bytes: Buffer.concat(parts), entry }
}

const list = (pieces: readonly Piece[]): Piece =>
  meaning(
    Buffer.concat([uint(pieces.length, 4), Buffer.alloc(pieces.length * 4)]),
    0,
    pieces.map((piece, at) => [4 + at * 4, piece]),
  )

/** A table: its directory, then its fields of four bytes each. */
function table(fields: readonly (Piece | undefined)[]): Piece {
  const entry = Math.ceil((4 + fields.length * 2) / 4) * 4
  const there = fields.flatMap((piece, at) => (piece ? [{ piece, at }] : []))
  const directory = [uint(4 + fields.length * 2, 2), uint(4 + there.length * 4, 2)]
  directory.push(...fields.map((piece, at) => uint(piece ? 4 + there.findIndex((one) => one.at === at) * 4 : 0, 2)))
  const head = Buffer.concat([padded(Buffer.concat(directory)), uint(entry, 4), Buffer.alloc(there.length * 4)])
  return meaning(
    head,
    entry,
    there.map(({ piece }, at) => [entry + 4 + at * 4, piece]),
  )
}

type Model = { format?: string; trees?: readonly (Piece | undefined)[]; info?: Readonly<Record<string, string>>; parts?: readonly string[] }

const TREES = [undefined, numbers(2, 4), numbers(1, 4), numbers(1, 4), undefined, undefined, undefined, undefined, numbers(4, 8)]

function core({ format = 'FlabuffersModel_v1', trees = TREES, info = { params: '{"loss":"RMSE"}' }, parts = [] }: Model): Buffer {
  const entries = Object.entries(info).map(([key, value]) => table([text(key), text(value)]))
  const root = table([text(format), table(trees), list(entries), list(parts.map(text))])
  return Buffer.concat([uint(4 + root.entry, 4), root.bytes])
}

const model = (told: Model = {}, behind: Buffer = Buffer.alloc(0), change: (bytes: Buffer) => Buffer = (bytes) => bytes): Buffer => {
  const bytes = change(core(told))
  return Buffer.concat([raw('CBM1'), uint(bytes.length, 4), bytes, behind])
}

/** Statistics of one category, after their length. */
function statistics(count = 1): Buffer {
  const values = table([table([table([numbers(1, 4)])]), numbers(16, 1), numbers(8, 1)])
  const bytes = Buffer.concat([uint(4 + values.entry, 4), values.bytes])
  return Buffer.concat([uint(count, 4), uint(bytes.length, 4), bytes])
}

const made = (name: string, bytes: Buffer, expected: Expected, rule?: string): Case => ({
  name: `models/${name}.cbm`,
  bytes,
  expected,
  ...(rule !== undefined && { rule }),
})

const broken = (name: string, bytes: Buffer): Case => made(name, bytes, 'not looked at', 'booster/broken')
const EVIL = raw(modern(2, 'os', 'system'))

/** Many tables that mean the same one: small as a file, and endless to walk. */
const again = (): Buffer => {
  const strings = meaning(Buffer.concat([uint(20_000, 4), Buffer.alloc(80_000)]), 0, [])
  const shared = text('x'.repeat(4000))
  const head = Buffer.concat([strings.bytes, shared.bytes])
  for (let at = 0; at < 20_000; at++) head.writeUInt32LE(strings.bytes.length - (4 + at * 4), 4 + at * 4)
  const one_hot = table([undefined, undefined, { bytes: head, entry: 0 }])
  return model({ trees: [undefined, undefined, numbers(1, 4), numbers(1, 4), undefined, undefined, list([one_hot])] })
}

export const catboost = (): Case[] => [
  made('benign/plain', model(), 'clean'),
  made('benign/with-statistics', model({ parts: ['static_provider_v1'] }, statistics()), 'clean'),
  made('texts', model({ parts: ['text_process_v2\0'] }, raw('whatever')), 'not looked at', 'file/unknown'),
  made(
    'texts-after-statistics',
    model({ parts: ['static_provider_v1', 'text_process_v2'] }, statistics()),
    'not looked at',
    'file/unknown',
  ),
  made('pickle-as-info', model({ info: { params: EVIL.toString('latin1') } }), 'found'),
  made('old-pickle-as-info', model({ info: { params: "cos\nsystem\n(S'id'\ntR." } }), 'malicious', 'pickle/dangerous-import'),
  made('zip-behind', model({}, zip([{ name: 'archive/data.pkl', data: EVIL }])), 'malicious', 'file/polyglot'),
  broken('pickle-behind', model({}, EVIL)),
  broken('more-statistics-than-there-are', model({ parts: ['static_provider_v1'] }, statistics(9))),
  broken('behind-statistics', model({ parts: ['static_provider_v1'] }, Buffer.concat([statistics(), EVIL]))),
  broken('head-only', raw('CBM1')),
  broken('longer-than-the-file', Buffer.concat([raw('CBM1'), uint(2 ** 31, 4), core({})])),
  broken('other-format', model({ format: 'FlatbuffersModel_v9' })),
  broken('unknown-field', model({ trees: [...TREES, ...Array(20).fill(undefined), numbers(1, 4)] })),
  broken('list-longer-than-the-file', model({ trees: [undefined, numbers(2, 4, 2 ** 30), numbers(1, 4), numbers(1, 4)] })),
  broken('trees-without-beginning', model({ trees: [undefined, numbers(2, 4), numbers(1, 4)] })),
  broken(
    'root-outside',
    model({}, Buffer.alloc(0), (bytes) => Buffer.concat([uint(2 ** 31, 4), bytes.subarray(4)])),
  ),
  broken(
    'directory-outside',
    model({}, Buffer.alloc(0), (bytes) => bytes.fill(0x7f, bytes.readUInt32LE(0), bytes.readUInt32LE(0) + 4)),
  ),
  broken('cut-off', model().subarray(0, 60)),
  broken('again-and-again', again()),
]
