import {
  flatBuffer,
  flatList,
  flatNumbers,
  flatTable,
  flatText,
  meaning,
  type Piece,
} from '../../packages/runtime/src/testing/flat-buffer.ts'
import { modern } from './assemble.ts'
import { type Case, type Expected, raw, uint } from './case.ts'
import { zip } from './zip.ts'

const text = (value: string): Piece => flatText(value, 'latin1')
const numbers = (count: number, width: number, said = count): Piece => flatNumbers(Buffer.alloc(count * width), width, said)

type Model = { format?: string; trees?: readonly (Piece | undefined)[]; info?: Readonly<Record<string, string>>; parts?: readonly string[] }

const TREES = [undefined, numbers(2, 4), numbers(1, 4), numbers(1, 4), undefined, undefined, undefined, undefined, numbers(4, 8)]

function core({ format = 'FlabuffersModel_v1', trees = TREES, info = { params: '{"loss":"RMSE"}' }, parts = [] }: Model): Buffer {
  const entries = Object.entries(info).map(([key, value]) => flatTable([text(key), text(value)]))
  const root = flatTable([text(format), flatTable(trees), flatList(entries), flatList(parts.map(text))])
  return flatBuffer(root)
}

const model = (told: Model = {}, behind: Buffer = Buffer.alloc(0), change: (bytes: Buffer) => Buffer = (bytes) => bytes): Buffer => {
  const bytes = change(core(told))
  return Buffer.concat([raw('CBM1'), uint(bytes.length, 4), bytes, behind])
}

/** Statistics of one category, after their length. */
function statistics(count = 1): Buffer {
  const values = flatTable([flatTable([flatTable([numbers(1, 4)])]), numbers(16, 1), numbers(8, 1)])
  const bytes = flatBuffer(values)
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
  const one_hot = flatTable([undefined, undefined, { bytes: head, entry: 0 }])
  return model({ trees: [undefined, undefined, numbers(1, 4), numbers(1, 4), undefined, undefined, flatList([one_hot])] })
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
