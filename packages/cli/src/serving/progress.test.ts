import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Progress } from './progress.ts'

test('a bar is drawn on a terminal, not too often, and taken away', () => {
  const drawn: string[] = []
  let now = 1000
  const bar = new Progress({ isTTY: true, write: (text) => drawn.push(text) }, 200, () => now)
  now = 2000
  bar.show(5000, 50)
  bar.show(6000, 60)
  now = 3000
  bar.show(20_000, 200)
  bar.done()
  assert.deepEqual(drawn, [
    '\r\x1b[K[######..................]  25 %  5,000 rows, 5,000 a second',
    '\r\x1b[K[########################] 100 %  20,000 rows, 10,000 a second',
    '\r\x1b[K',
  ])
})

test('without a terminal nothing is drawn, and without a size there is no bar', () => {
  const drawn: string[] = []
  new Progress({ write: (text) => drawn.push(text) }, 200, () => 0).show(5, 5)
  assert.equal(drawn.length, 0)
  let now = 0
  const bar = new Progress({ isTTY: true, write: (text) => drawn.push(text) }, undefined, () => now)
  now = 500
  bar.show(5, 5)
  assert.deepEqual(drawn, ['\r\x1b[K5 rows, 10 a second'])
})
