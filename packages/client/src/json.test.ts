import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJson, writeJson } from './json.ts'

test('integers of 64 bits are read and written without rounding', () => {
  const text = '{"step":9007199254740993,"least":-9223372036854775808,"near":9007199254740991,"zeros":1152921504606847000}'
  const read = { step: 9007199254740993n, least: -9223372036854775808n, near: 9007199254740991, zeros: 1152921504606847000n }
  assert.deepEqual(parseJson(text), read)
  assert.equal(writeJson(read), text)
})

test('floats stay numbers, however large', () => {
  assert.deepEqual(parseJson('{"value":1152921504606847000,"other":1e300,"digits":0.1234567890123456}'), {
    value: 2 ** 60,
    other: 1e300,
    digits: 0.1234567890123456,
  })
})
