import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pauseAfter } from './retry.ts'

describe('the pause before a next attempt', () => {
  test('doubles up to an hour, differs by chance, and is as long as the receiver asks', () => {
    assert.equal(pauseAfter(1, undefined, 0, 0), 1_000)
    assert.equal(pauseAfter(5, undefined, 0, 0), 16_000)
    assert.equal(pauseAfter(20, undefined, 0, 0), 3_600_000)
    assert.ok(pauseAfter(5, undefined, 0, 0.9) < 16_000)
    assert.equal(pauseAfter(1, '7', 0, 0), 7_000)
    assert.equal(pauseAfter(1, new Date(60_000).toUTCString(), 0, 0), 60_000)
    assert.equal(pauseAfter(1, '999999999', 0, 0), 3_600_000)
    assert.equal(pauseAfter(1, 'nonsense', 0, 0), 1_000)
  })
})
