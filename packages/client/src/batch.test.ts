import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cut } from './batch.ts'

const items = (count: number, value = 'x') => Array.from({ length: count }, (_, at) => ({ key: `k${at}`, value }))

test('a batch is cut at 100 params, 100 tags and 1,000 together, and loses nothing', () => {
  const metrics = Array.from({ length: 2_000 }, (_, step) => ({ key: 'm', value: step, timestamp: 1, step }))
  const parts = [...cut({ params: items(150), tags: items(101), metrics })]
  for (const { params, tags, metrics } of parts) {
    assert.ok(params.length <= 100 && tags.length <= 100 && params.length + tags.length + metrics.length <= 1_000)
  }
  assert.deepEqual(
    [parts.flatMap(({ params }) => params).length, parts.flatMap(({ tags }) => tags).length, parts.flatMap((part) => part.metrics)],
    [150, 101, metrics],
  )
})

test('a batch is cut below a megabyte, and nothing is sent of nothing', () => {
  const parts = [...cut({ params: items(100, 'ä'.repeat(6_000)) })]
  for (const part of parts) assert.ok(Buffer.byteLength(JSON.stringify(part)) < 1_000_000)
  assert.equal(parts.flatMap(({ params }) => params).length, 100)
  assert.deepEqual([...cut({})], [])
})
