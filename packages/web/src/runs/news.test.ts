import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grown, withChanges, withRows } from './news.ts'
import type { Row } from './use-runs.ts'

const row = { run_id: 'a', run_name: 'one', status: 'RUNNING', start_time: 1, metrics: [1, 2], params: [], tags: [] } as unknown as Row

test('a line takes the points that it has not, in its order, and a run without a line gets one', () => {
  const line = { run_id: 'a', steps: [0, 2], timestamps: [10, 30], values: [5, 7], total: 2 }
  const news = [
    { run_id: 'a', key: 'm', steps: [2, 1, 3], timestamps: [30, 20, 40], values: [7, 6, 8] },
    { run_id: 'b', key: 'm', steps: [0], timestamps: [1], values: ['NaN' as const] },
  ]
  const [first, second] = grown([line], news, 'step')
  assert.deepEqual([first?.steps, first?.values, first?.total], [[0, 1, 2, 3], [5, 6, 7, 8], 4])
  assert.deepEqual([second?.run_id, second?.values, second?.total], ['b', ['NaN'], 1])
  assert.equal(grown([line], [], 'time')[0], line)
})

test('a row takes its state and the latest values of the columns that are shown', () => {
  const runs = [{ run_id: 'a', run_name: 'one', status: 'FINISHED' as const, start_time: 1, end_time: 9, deleted: false }]
  const points = [
    { run_id: 'a', key: 'y', steps: [1, 2], timestamps: [1, 2], values: [3, 4] },
    { run_id: 'a', key: 'hidden', steps: [1], timestamps: [1], values: [0] },
  ]
  const [found] = withChanges([row], ['x', 'y'], runs, points)
  assert.deepEqual([found?.status, found?.end_time, found?.metrics], ['FINISHED', 9, [1, 4]])
  assert.equal(withChanges([row], ['x'], [], [{ ...(points[1] as (typeof points)[number]), run_id: 'b' }])[0], row)
})

test('a run that goes on has no end, and rows that were asked for anew keep their places', () => {
  const ended = { ...row, status: 'FINISHED', end_time: 9 } as Row
  const [found] = withChanges([ended], [], [{ run_id: 'a', run_name: 'one', status: 'RUNNING', start_time: 1, deleted: false }], [])
  assert.deepEqual([found?.status, found?.end_time], ['RUNNING', undefined])
  const other = { ...row, run_id: 'b' }
  const fresh = { ...row, params: ['0.1'] }
  assert.deepEqual(withRows([other, row], [fresh]), [other, fresh])
})
