import assert from 'node:assert/strict'
import { test } from 'node:test'
import { smoothed } from './smoothing.ts'

const NEAR = 1e-9
const near = (found: readonly (number | null)[], wanted: readonly number[]): void =>
  wanted.forEach((value, at) => {
    assert.ok(Math.abs((found[at] ?? Number.NaN) - value) < NEAR, `${found[at]} at ${at} is not ${value}`)
  })

test('a weight of 0 changes nothing', () => near(smoothed([1, 5, -2], 0), [1, 5, -2]))
test('a constant line stays what it is', () => near(smoothed([3, 3, 3, 3], 0.99), [3, 3, 3, 3]))
test('the start is the mean of what was seen, weighted by how long ago', () => near(smoothed([0, 1], 0.5), [0, 2 / 3]))
test('gaps stay gaps, and the line goes on behind them', () => {
  const found = smoothed([2, null, 2], 0.5)
  assert.equal(found[1], null)
  near([found[0] as number, found[2] as number], [2, 2])
})
test('no line, no line', () => assert.deepEqual(smoothed([], 0.5), []))
