import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorsOf, median, replaceBetween, tableOf } from './table.ts'

test('a median of an odd number, of an even number, and of nothing', () => {
  assert.equal(median([9, 1, 2]), 2)
  assert.equal(median([4, 1, 2, 9]), 3)
  assert.equal(median([7]), 7)
  assert.equal(median([]), undefined)
})

test('the table has medians over the rounds, a dash where there is no figure, and the reason for it below', () => {
  const columns = [
    { title: 'A', rounds: [{ start: { start_ms: 100 } }, { start: { start_ms: 300 } }, { start: { start_ms: 120 } }] },
    { title: 'B', rounds: [{ start: { error: 'it broke' } }, { start: { error: 'it broke' } }] },
  ]
  assert.match(tableOf(columns), /^\| start to the first answer \| ms \| 120 \| – \| ≤ 400 \| 250 \|$/m)
  assert.deepEqual(errorsOf(columns), ['B, start: it broke'])
})

test('what a server lacks is said in one line for all workloads that need it', () => {
  const error = 'POST /v1/traces: 404 {"message":"not found"}'
  const columns = [{ title: 'B', rounds: [{ otlp: { error }, search_traces: { error } }] }]
  assert.deepEqual(errorsOf(columns), ['B, otlp, search_traces: POST /v1/traces: 404'])
})

test('beside a figure of the sketch stands its figure on a quiet day', () => {
  const columns = [{ title: 'sketch', rounds: [{ log_metric: { cpu_ms_each: 0.6, p50_ms: 1 } }], quiet: true }]
  assert.match(tableOf(columns), /^\| log-metric: CPU \| ms \| 0\.6 \(0\.36\) \|/m)
  assert.match(tableOf(columns), /^\| log-metric, one client: median \| ms \| 1 \|/m)
})

test('a server that took fewer rows has their number beside its figure', () => {
  const columns = [
    { title: 'A', rounds: [{ search_versions: { cpu_ms_each: 2, rows: 10_000 } }] },
    { title: 'B', rounds: [{ search_versions: { cpu_ms_each: 90, rows: 1_200 } }] },
  ]
  assert.match(tableOf(columns), /^\| search 100 of 10,000 versions: CPU \| ms \| 2 \| 90 \(of 1,200\) \|/m)
})

test('text is put between two marks, again and again', () => {
  const once = replaceBetween('a\n<!-- x -->\nold\n<!-- end of x -->\nb', 'x', 'new')
  assert.equal(once, 'a\n<!-- x -->\nnew\n<!-- end of x -->\nb')
  assert.equal(replaceBetween(once, 'x', 'new'), once)
  assert.throws(() => replaceBetween('nothing', 'x', 'new'), /put both back/)
})
