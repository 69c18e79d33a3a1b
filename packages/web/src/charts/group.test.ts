import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grouped, spread } from './group.ts'

const line = (group: string, x: number[], y: (number | null)[]) => ({ group, name: 'run', color: 'red', x, y })

test('a group is drawn by its mean, with one standard deviation on each side', () => {
  const [found] = grouped([line('a', [0, 1], [1, 3]), line('a', [0, 1], [3, 3])], () => 'blue')
  assert.deepEqual(found?.y, [2, 3])
  assert.deepEqual([found?.low?.[1], found?.high?.[1], found?.name, found?.color], [3, 3, 'a (2)', 'blue'])
  assert.ok(Math.abs((found?.high?.[0] as number) - 2 - Math.SQRT2) < 1e-12)
})

test('members are read between their points, and go on alone where others have ended', () => {
  const [found] = grouped([line('a', [0, 10], [0, 10]), line('a', [5], [7]), line('a', [0, 10], [null, 1])], () => '')
  assert.deepEqual(found?.x, [0, 5, 10])
  assert.deepEqual(found?.y, [0, 6, 5.5])
})

test('groups keep apart, and one run has no band', () => {
  const found = grouped([line('a', [0], [1]), line('b', [0], [5])], (place) => String(place))
  assert.deepEqual(
    found.map(({ name, y, low, color }) => [name, y, low, color]),
    [
      ['a (1)', [1], [1], '0'],
      ['b (1)', [5], [5], '1'],
    ],
  )
  assert.deepEqual(spread([4]), { mean: 4, deviation: 0 })
})
