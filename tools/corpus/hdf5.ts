import { type Case, type Expected, raw, uint } from './case.ts'

const NOWHERE = Buffer.alloc(8, 0xff)
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)])

/** A message of an object. */
type Message = { readonly type: number; readonly data: Buffer }

/** An attribute that is a text of a fixed length. */
const attribute = (name: string, value: string): Message => {
  const named = raw(`${name}\0`)
  const text = Buffer.from(value)
  const type = Buffer.concat([raw('\x13\0\0\0'), uint(text.length, 4)])
  const scalar = raw('\x01\0\0\0\0\0\0\0')
  const head = Buffer.concat([raw('\x01\0'), uint(named.length, 2), uint(type.length, 2), uint(scalar.length, 2)])
  return { type: 0x0c, data: Buffer.concat([head, padded(named), type, scalar, text]) }
}

/** A link of the type 64: a name for an object of another file. */
const externalLink = (name: string, file: string): Message => {
  const where = raw(`\0${file}\0/x\0`)
  return { type: 0x06, data: Buffer.concat([raw('\x01\x08\x40'), uint(name.length, 1), raw(name), uint(where.length, 2), where]) }
}

/** The list of files in which a dataset's elements lie. */
const externalFiles: Message = {
  type: 0x07,
  data: Buffer.concat([raw('\x01\0\0\0'), uint(1, 2), uint(1, 2), uint(0, 8), uint(8, 8), uint(0, 8), uint(40, 8)]),
}

/** A layout that is put together of other datasets. */
const virtual: Message = { type: 0x08, data: Buffer.concat([raw('\x04\x03'), uint(0, 8), uint(0, 4)]) }

function object(messages: readonly Message[]): Buffer {
  const body = messages.map(({ type, data }) => {
    const bytes = padded(data)
    return Buffer.concat([uint(type, 2), uint(bytes.length, 2), raw('\0\0\0\0'), bytes])
  })
  const all = Buffer.concat(body)
  return Buffer.concat([raw('\x01\0'), uint(messages.length, 2), uint(1, 4), uint(all.length, 4), uint(0, 4), all])
}

/** A file of the oldest kind: a root with messages of its own, and a group `model` in it, which holds itself once more. */
function hdf5(root: readonly Message[], inner: readonly Message[] = [], before = 0): Buffer {
  const superblock = 96
  const group = (messages: readonly Message[], tree: number, heap: number): Buffer =>
    object([...messages, { type: 0x11, data: Buffer.concat([uint(tree, 8), uint(heap, 8)]) }])
  const tree_at = superblock + group(root, 0, 0).length
  // A tree's node and a table have room for as many entries as the superblock says: 2 × 16 and 2 × 4.
  const heap_at = tree_at + 24 + 33 * 8 + 32 * 8
  const names_at = heap_at + 32
  const table_at = names_at + 16
  const object_at = table_at + 8 + 8 * 40
  const child = group(inner, tree_at, heap_at)
  const entry = (name: number, at: number): Buffer => Buffer.concat([uint(name, 8), uint(at, 8), uint(0, 4), uint(0, 4), Buffer.alloc(16)])
  const tree = Buffer.concat([raw('TREE\0\0'), uint(1, 2), NOWHERE, NOWHERE, uint(0, 8), uint(table_at, 8), uint(8, 8)])
  const sized = (bytes: Buffer, size: number): Buffer => Buffer.concat([bytes, Buffer.alloc(size - bytes.length)])
  return Buffer.concat([
    Buffer.alloc(before),
    raw('\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0\x04\0\x10\0\0\0\0\0'),
    uint(before, 8),
    NOWHERE,
    uint(before + object_at + child.length, 8),
    NOWHERE,
    entry(0, superblock),
    group(root, tree_at, heap_at),
    sized(tree, heap_at - tree_at),
    Buffer.concat([raw('HEAP\0\0\0\0'), uint(16, 8), uint(1, 8), uint(names_at, 8)]),
    sized(raw('\0\0\0\0\0\0\0\0model'), 16),
    sized(Buffer.concat([raw('SNOD\x01\0'), uint(1, 2), entry(8, object_at)]), 8 + 8 * 40),
    child,
  ])
}

const made = (name: string, bytes: Buffer, expected: Expected, rule?: string): Case => ({
  name: `documents/${name}`,
  bytes,
  expected,
  ...(rule !== undefined && { rule }),
})

const config = (layer: object): Message =>
  attribute('model_config', JSON.stringify({ class_name: 'Sequential', config: { layers: [layer] } }))
const DENSE = config({ class_name: 'Dense', config: {} })
const LAMBDA = config({ class_name: 'Lambda', config: { function: ['4wEAAAA=', null, null] } })

export const hdf5Files = (): Case[] => [
  made('lambda.h5', hdf5([LAMBDA]), 'malicious', 'keras/lambda'),
  made('lambda-inside.h5', hdf5([DENSE], [LAMBDA]), 'malicious', 'keras/lambda'),
  made('lambda-behind-user-block.h5', hdf5([LAMBDA], [], 1024), 'malicious', 'keras/lambda'),
  made('lambda-damaged.h5', hdf5([LAMBDA, { type: 0x10, data: Buffer.alloc(16, 0xfe) }]), 'malicious', 'keras/lambda'),
  made('lambda-cut-off.h5', hdf5([LAMBDA]).subarray(0, 400), 'malicious', 'keras/lambda'),
  made('external-link.h5', hdf5([DENSE, externalLink('weights', '/etc/passwd')]), 'malicious', 'hdf5/external'),
  made('external-data.h5', hdf5([DENSE], [externalFiles]), 'malicious', 'hdf5/external'),
  made('virtual-data.h5', hdf5([DENSE], [virtual]), 'malicious', 'hdf5/external'),
  made('no-root.h5', hdf5([DENSE]).subarray(0, 90), 'not looked at', 'hdf5/broken'),
  made('benign.h5', hdf5([DENSE]), 'clean'),
  made('benign-inside.h5', hdf5([], [DENSE, attribute('note', '{not a configuration')], 512), 'clean'),
]
