import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memorySource } from '../source.ts'
import { PICKLE_LIMITS } from './machine.ts'
import { readPickles } from './stream.ts'
import { unpickle } from './unpickle.ts'
import { A_FLOAT, Tuple, Unknown } from './values.ts'

const latin = (...parts: readonly string[]): Buffer => Buffer.from(parts.join(''), 'latin1')
const float = (value: number): string => {
  const bytes = Buffer.alloc(9, 0x47)
  bytes.writeDoubleBE(value, 1)
  return bytes.toString('latin1')
}
/** One of each of the commonest operations, and what they put into a list. */
const ONE = `${float(0.5)}K\x07M\x01\x02J\xfe\xff\xff\xffN\x8c\x03abcX\x02\x00\x00\x00\xc3\xa9\x8c\x14${'long enough to be by'}\x88`
const VALUES = [0.5, 7, 513, -2, null, 'abc', 'é', 'long enough to be by', true]

test('operations are the same within a window, across its end, and at the end of a frame', () => {
  const times = 12_000
  for (const padding of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
    const body = `${'N0'.repeat(padding)}](${ONE.repeat(times)}e.`
    const framed = `\x95${String.fromCharCode(...sizeOf(body.length))}${body}`
    for (const bytes of [latin('\x80\x04', body), latin('\x80\x04', framed)]) {
      const { value, error, machine } = unpickle(memorySource(bytes))
      assert.equal(error, undefined)
      assert.deepEqual(machine.oddities, [])
      const list = value as unknown[]
      assert.equal(list.length, times * VALUES.length)
      for (const from of [0, 8999, times - 1]) assert.deepEqual(list.slice(from * 9, from * 9 + 9), VALUES)
    }
  }
})

const sizeOf = (length: number): number[] => Array.from({ length: 8 }, (_, at) => Math.floor(length / 256 ** at) & 255)

test('the memo is the same whoever fills it, with holes too', () => {
  const { value } = unpickle(memorySource(latin('\x80\x04]\x94(K\x01q\x01K\x02r\x09\x00\x00\x00K\x03\x94h\x01j\x09\x00\x00\x00h\x00e.')))
  const [one, two, three, again, nine, itself] = value as unknown[]
  assert.deepEqual([one, two, three, again, nine], [1, 2, 3, 1, 2])
  assert.equal(itself, value)
  assert.match(unpickle(memorySource(latin('\x80\x04h\x00.'))).error?.message ?? '', /never remembered/)
  assert.match(unpickle(memorySource(latin('\x80\x04\x94.'))).error?.message ?? '', /empty stack/)
  assert.match(unpickle(memorySource(latin('\x80\x04N(\x94.'))).error?.message ?? '', /empty stack/)
})

test('limits hold where operations run quickly', () => {
  const many = memorySource(latin('\x80\x02', 'N'.repeat(50), '.'))
  assert.match(unpickle(many, 0, { limits: { ...PICKLE_LIMITS, operations_max: 20 } }).error?.message ?? '', /more than 20 operations/)
  assert.match(unpickle(many, 0, { limits: { ...PICKLE_LIMITS, stack_max: 20 } }).error?.message ?? '', /stack is higher than 20/)
  const memoized = memorySource(latin('\x80\x04N', '\x94'.repeat(50), '.'))
  assert.match(unpickle(memoized, 0, { limits: { ...PICKLE_LIMITS, memo_max: 20 } }).error?.message ?? '', /remembers more than 20/)
})

test('without data, floats are one value, and still keys of their own', () => {
  const source = memorySource(latin('\x80\x02}(', float(1), 'K\x01', float(2), 'K\x02u](', ONE, 'e\x86.'))
  const [{ value } = { value: undefined }] = readPickles(source, PICKLE_LIMITS, { keeps_data: false }).pickles
  assert.ok(value instanceof Tuple)
  const [dict, list] = value.items
  assert.deepEqual([...(dict as Map<unknown, unknown>).values()], [1, 2])
  assert.ok([...(dict as Map<unknown, unknown>).keys()].every((key) => key instanceof Unknown && key !== A_FLOAT))
  assert.deepEqual(list, [])
})
