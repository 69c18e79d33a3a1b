import assert from 'node:assert/strict'
import { test } from 'node:test'
import { extentOf, linearScale, logScale, tickLabel } from './scale.ts'

test('round values stand beside an axis, and pixels lead back to values', () => {
  const scale = linearScale([0, 1], [100, 0])
  assert.deepEqual(
    scale.ticks.map(({ label }) => label),
    ['0', '0.2', '0.4', '0.6', '0.8', '1'],
  )
  assert.deepEqual([scale.of(0), scale.of(1), scale.back(25)], [100, 0, 0.75])
})

test('one value alone has room around it', () => {
  const scale = linearScale([5, 5], [0, 100])
  assert.equal(scale.of(5), 50)
  assert.ok(scale.ticks.length >= 2)
  assert.equal(linearScale([0, 0], [0, 100]).of(0), 50)
})

test('powers of ten, and round values within one', () => {
  const wide = logScale([0.001, 1_000], [0, 60])
  assert.deepEqual(
    wide.ticks.map(({ label }) => label),
    ['0.001', '0.01', '0.1', '1', '10', '100', '1000'].filter((_, at) => at % 2 === 0),
  )
  assert.ok(Math.abs(wide.of(1) - 30) < 1e-9 && Math.abs(wide.back(30) - 1) < 1e-9)
  assert.ok(logScale([2, 5], [0, 60]).ticks.length >= 2)
})

test('large and small numbers are short', () => {
  const labels = [1_200_000, 0.0000003, 0, -25, 12_345].map((value) => tickLabel(value))
  assert.deepEqual(labels, ['1.2M', '3e-7', '0', '-25', '12.35K'])
})

test('the extent leaves out gaps and infinities', () => {
  assert.deepEqual(extentOf([[1, null, Number.POSITIVE_INFINITY], [-2]]), [-2, 1])
  assert.equal(extentOf([[null]]), undefined)
})
