import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cutter, type Message, pack, unpack } from './frames.ts'

const messages: readonly Message[] = [
  { id: 1, tensors: [{ type: 9, shape: [3], data: Uint8Array.of(1, 0, 1) }] },
  {
    id: 0xffff_fffe,
    tensors: [
      { type: 1, shape: [1, 3], data: Float32Array.of(1.5, Number.NaN, -0) },
      { type: 7, shape: [2], data: BigInt64Array.of(-1n, 2n ** 62n) },
      { type: 8, shape: [2], data: ['é', ''] },
      { type: 11, shape: [0], data: new Float64Array(0) },
      { type: 11, shape: [1, 1], data: Float64Array.of(0.1) },
    ],
  },
  { id: 3, tensors: [], problem: 'no such shape: é' },
  { id: 4, tensors: [] },
]

test('messages arrive as they were sent, however the pipe cuts them and wherever they lie', () => {
  const sent = Buffer.concat(messages.map(pack))
  for (const bytes of [1, 3, 64, sent.length]) {
    for (const offset of [0, 1]) {
      const cutter = new Cutter()
      const found: Message[] = []
      for (let at = 0; at < sent.length; at += bytes) {
        const piece = sent.subarray(at, at + bytes)
        const lying = Buffer.from(new ArrayBuffer(piece.length + offset), offset)
        lying.set(piece)
        found.push(...cutter.add(lying).map(unpack))
      }
      assert.deepEqual(found, messages)
    }
  }
})

test('a tensor that is longer than its message, or of no type, is none', () => {
  const longer = pack(messages[0] as Message)
  longer.writeUInt32LE(1000, 22)
  assert.throws(() => unpack(longer), RangeError)
  const unknown = pack(messages[0] as Message)
  unknown[16] = 99
  assert.throws(() => unpack(unknown), TypeError)
})
