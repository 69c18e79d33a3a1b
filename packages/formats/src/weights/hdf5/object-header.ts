import { Unreadable } from '../../unreadable.ts'
import type { Cursor, Hdf5File } from './file.ts'

/** A message of an object: what it is made of. */
export type Message = { readonly type: number; readonly flags: number; readonly data: Cursor }

/** Types of messages. */
export const MESSAGE = {
  link_info: 0x02,
  datatype: 0x03,
  external_files: 0x07,
  link: 0x06,
  layout: 0x08,
  attribute: 0x0c,
  continuation: 0x10,
  symbol_table: 0x11,
  attribute_info: 0x15,
} as const

const MESSAGES_MAX = 100_000
const BLOCKS_MAX = 10_000

/** All messages of the object at an address, those in continuations included. @throws Unreadable */
export function readObject(file: Hdf5File, address: number): Message[] {
  const head = file.at(address, 4)
  return head.bytes.toString('latin1') === 'OHDR' ? readNew(file, address) : readOld(file, address)
}

function readOld(file: Hdf5File, address: number): Message[] {
  const head = file.at(address, 16)
  const version = head.number(1)
  if (version !== 1) throw new Unreadable(`an object has version ${version}`, head.from)
  head.skip(7)
  const size = head.number(4)
  return readBlocks(file, { address: address + 16, size }, (block, add) => {
    while (block.left >= 8) {
      const type = block.number(2)
      const bytes = block.number(2)
      const flags = block.number(1)
      block.skip(3)
      add({ type, flags, data: block.piece(bytes) })
    }
  })
}

function readNew(file: Hdf5File, address: number): Message[] {
  const head = file.at(address, 64)
  head.skip(4)
  const version = head.number(1)
  if (version !== 2) throw new Unreadable(`an object has version ${version}`, head.from)
  const flags = head.number(1)
  if (flags & 0x20) head.skip(16)
  if (flags & 0x10) head.skip(4)
  const size = head.number(1 << (flags & 3))
  const has_order = (flags & 0x04) !== 0
  return readBlocks(file, { address: address + head.at, size }, (block, add, is_first) => {
    // What continues an object begins with a signature and ends with a checksum.
    if (!is_first) block.expect('OCHK')
    const end = is_first ? 0 : 4
    while (block.left - end >= (has_order ? 6 : 4)) {
      const type = block.number(1)
      const bytes = block.number(2)
      const message_flags = block.number(1)
      if (has_order) block.skip(2)
      add({ type, flags: message_flags, data: block.piece(bytes) })
    }
  })
}

type Block = { readonly address: number; readonly size: number }
type ReadBlock = (block: Cursor, add: (message: Message) => void, is_first: boolean) => void

function readBlocks(file: Hdf5File, first: Block, read: ReadBlock): Message[] {
  const messages: Message[] = []
  const blocks = [first]
  for (let nth = 0; nth < blocks.length; nth++) {
    const { address, size } = blocks[nth] as Block
    if (size === 0) continue
    read(
      file.at(address, size),
      (message) => {
        if (message.type === MESSAGE.continuation) {
          const { data } = message
          blocks.push({ address: data.address(), size: data.length() })
        } else messages.push(message)
        if (messages.length > MESSAGES_MAX || blocks.length > BLOCKS_MAX)
          throw new Unreadable('an object has too many messages', address, true)
      },
      nth === 0,
    )
  }
  return messages
}
