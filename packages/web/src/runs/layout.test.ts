import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layoutOf, NAME, resized } from './layout.ts'
import { columnOf } from './view.ts'

const columns = ['metrics.a', 'params.b', 'tags.c'].flatMap((id) => columnOf(id) ?? [])

test('pinned columns stand beside the names, each after the widths of those before it', () => {
  const layout = layoutOf(columns, { [NAME]: 300, 'metrics.a': 80 }, 2)
  assert.deepEqual(layout.styleOf('metrics.a'), { width: 80, left: 300 })
  assert.deepEqual(layout.styleOf('params.b'), { left: 380 })
  assert.deepEqual(layout.styleOf('tags.c'), {})
  assert.deepEqual(layout.styleOf(NAME), { width: 300 })
})

test('a column stays wide enough to be seen, and narrow enough to leave room', () => {
  assert.deepEqual([resized(100, -90), resized(100, 20), resized(100, 9_000)], [48, 120, 800])
})
