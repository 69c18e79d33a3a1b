import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { Sha256 } from './sha256.ts'

test('digests are those of Node, at every length around a block and however the bytes are cut', () => {
  for (let length = 0; length < 200; length++) {
    const bytes = randomBytes(length)
    const expected = createHash('sha256').update(bytes).digest('hex')
    assert.equal(new Sha256().update(bytes).hex(), expected)
    const cut = Math.floor(length / 3)
    assert.equal(new Sha256().update(bytes.subarray(0, cut)).update(bytes.subarray(cut)).hex(), expected)
  }
})
