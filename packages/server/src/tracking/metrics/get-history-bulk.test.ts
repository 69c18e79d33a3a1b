import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { startRun } from '../../testing/runs.ts'
import { TestServer } from '../../testing/server.ts'

const point = (value: number, step: number, timestamp = 1, key = 'a') => ({ key, value, step, timestamp })
const HISTORY = [point(10, 2), point(11, 3), point(12, 3), point(12, 3, 2)]
const PATH = 'metrics/get-history-bulk'

overEachDatabase('GET metrics/get-history-bulk', (open) => {
  test('gives the points of several runs, by run, time, step and value', async () => {
    const server = new TestServer(await open())
    const runs = [await startRun(server), await startRun(server), await startRun(server)].toSorted()
    for (const run_id of runs.slice(0, 2)) {
      await server.post('runs/log-batch', { run_id, metrics: [...HISTORY.toReversed(), point(1, 1, 1, 'b')] })
    }
    const expected = runs.slice(0, 2).flatMap((run_id) => HISTORY.map((one) => ({ ...one, run_id })))
    for (const [run_id, max_results, metrics] of [
      [runs.toReversed(), undefined, expected],
      [[...runs, ...runs, 'gone'], undefined, expected],
      [runs[1] as string, undefined, expected.slice(4)],
      [runs, '6', expected.slice(0, 6)],
      [runs, '3', expected.slice(0, 3)],
      [runs, '0', []],
      [runs, '1000000', expected],
    ] as const) {
      const answer = await server.get(PATH, { run_id, metric_key: 'a', ...(max_results && { max_results }) })
      assert.deepEqual(answer.body, { metrics }, `${run_id} ${max_results}`)
    }
    assert.deepEqual((await server.get(PATH, { run_id: runs, metric_key: 'none' })).body, { metrics: [] })
  })

  for (const [what, query, phrase] of [
    ['no run', { metric_key: 'key' }, 'GetMetricHistoryBulk request must specify at least one run_id'],
    ['101 runs', { metric_key: 'key', run_id: Array(101).fill('r') }, 'GetMetricHistoryBulk request cannot specify more than 100'],
    ['no metric', { run_id: '123' }, 'GetMetricHistoryBulk request must specify a metric_key'],
    ['words for a size', { run_id: '123', metric_key: 'a', max_results: 'all' }, "for parameter 'max_results' supplied"],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const server = new TestServer(await open())
      const answer = await server.get(PATH, query)
      assert.equal(answer.status, 400, answer.text)
      assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE')
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
    })
  }
})
