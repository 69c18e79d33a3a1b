import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ago, bytes, count, duration, metric, shownWords } from './format.ts'

const NOW = 1_700_000_000_000
const HOUR = 3_600_000

test('how long ago', () => {
  assert.equal(ago(NOW - 1_000, NOW), 'just now')
  assert.equal(ago(NOW - 3 * 60_000, NOW), '3 minutes ago')
  assert.equal(ago(NOW - 25 * HOUR, NOW), 'yesterday')
  assert.equal(ago(NOW + 2 * HOUR, NOW), 'in 2 hours')
})

test('how long', () => {
  assert.deepEqual([84.6, 12_340, 64_000, HOUR + 4 * 60_000, 50 * HOUR].map(duration), [
    '85 ms',
    '12.3 s',
    '1 min 04 s',
    '1 h 04 min',
    '2 days',
  ])
})

test('a duration never reads 60 seconds of a minute', () => {
  assert.equal(duration(59_990), '60.0 s')
  assert.equal(duration(119_999), '1 min 59 s')
})

test('values of metrics', () => {
  assert.deepEqual([undefined, null, 'NaN', 3, 0.123456789, 0.00001234, 12_345_678.9, 1e12, 0].map(metric), [
    '',
    '',
    'NaN',
    '3',
    '0.123457',
    '1.234e-5',
    '1.235e+7',
    '1.000e+12',
    '0',
  ])
})

test('sizes and counts', () => {
  assert.deepEqual([0, 1_023, 1_024, 3.4 * 1_048_576, 20 * 1_048_576, 2 ** 50].map(bytes), [
    '0 B',
    '1023 B',
    '1.0 KiB',
    '3.4 MiB',
    '20 MiB',
    '1024 TiB',
  ])
  assert.deepEqual([count(1, 'run'), count(0, 'run'), count(12_345, 'run')], ['1 run', '0 runs', '12,345 runs'])
})

test('how much of a list is shown', () => {
  const of = (shown: number, hasMore: boolean, total?: number) =>
    shownWords({ shown, noun: 'model', hasMore, ...(total !== undefined && { total }) })
  assert.equal(of(200, true), 'The first 200 models are shown.')
  assert.equal(of(1_200, false), 'All 1,200 models are shown.')
  assert.equal(of(100, true, 2_000), '100 of 2,000 models are shown.')
  // Others were made while somebody read.
  assert.equal(of(100, true, 100), 'The first 100 models are shown.')
})
