import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nested } from './nesting.ts'
import type { Row } from './use-runs.ts'

const CHAIN = 20_000

const row = (run_id: string, parent: string | null = null): Row => ({
  run_id,
  run_name: run_id,
  experiment_id: '1',
  user_id: '',
  status: 'FINISHED',
  start_time: 0,
  metrics: [],
  params: [],
  tags: [parent],
})
const shapeOf = (rows: readonly Row[]): string[] => nested(rows).map(({ row: { run_id }, depth }) => `${depth} ${run_id}`)

test('runs without parents stay in their order', () => {
  assert.deepEqual(shapeOf([row('b'), row('a')]), ['0 b', '0 a'])
})

test('children stand below their parents, to any depth, in the order in which they were found', () => {
  const rows = [row('leaf', 'child'), row('other'), row('child', 'root'), row('twin', 'root'), row('root')]
  assert.deepEqual(shapeOf(rows), ['0 other', '0 root', '1 child', '2 leaf', '1 twin'])
})

test('a run whose parent is not loaded stands for itself', () => {
  assert.deepEqual(shapeOf([row('a', 'elsewhere'), row('b')]), ['0 a', '0 b'])
})

test('runs that name themselves or each other as parents are shown once', () => {
  assert.deepEqual(shapeOf([row('self', 'self')]), ['0 self'])
  assert.deepEqual(shapeOf([row('a', 'b'), row('b', 'a'), row('c')]), ['0 c', '0 a', '1 b'])
})

test('a chain of 20,000 parents is a table too', () => {
  const rows = Array.from({ length: CHAIN }, (_, at) => row(`r${at}`, at === 0 ? null : `r${at - 1}`))
  assert.deepEqual(nested(rows).at(-1), { row: rows.at(-1), depth: CHAIN - 1 })
})
