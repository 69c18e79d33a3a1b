import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { startRun } from '../../testing/runs.ts'
import { TestServer } from '../../testing/server.ts'
import { evenPlaces } from './sampling.ts'

const PATH = 'metrics/get-history-bulk-interval'
const upTo = (count: number, timestamp = 1) => Array.from({ length: count }, (_, step) => ({ key: 'a', value: step / 2, step, timestamp }))

overEachDatabase('GET metrics/get-history-bulk-interval', (open) => {
  async function asked(server: TestServer, run_ids: readonly string[], query: Record<string, string> = {}): Promise<number[][]> {
    const answer = await server.get(PATH, { run_ids, metric_key: 'a', ...query })
    assert.equal(answer.status, 200, answer.text)
    const byRun = Map.groupBy(answer.body.metrics as { run_id: string; step: number }[], (one) => one.run_id)
    return run_ids.map((run_id) => (byRun.get(run_id) ?? []).map((one) => one.step))
  }

  test('picks steps that the runs have in common, with the first and the last of each', async () => {
    const server = new TestServer(await open())
    const [ten, twenty, none] = [await startRun(server), await startRun(server), await startRun(server)]
    await server.post('runs/log-batch', { run_id: ten, metrics: upTo(10) })
    await server.post('runs/log-batch', { run_id: twenty, metrics: upTo(20) })
    for (const [run_ids, query, steps] of [
      [[ten], { max_results: '5' }, [[0, 2, 4, 6, 8, 9]]],
      [[ten], {}, [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]],
      [[ten], { max_results: '5', start_step: '0', end_step: '4' }, [[0, 1, 2, 3, 4]]],
      [[ten], { max_results: '1' }, [[0, 9]]],
      [
        [twenty, ten],
        { max_results: '5' },
        [
          [0, 4, 8, 9, 12, 16, 19],
          [0, 4, 8, 9],
        ],
      ],
      [[ten, none, 'gone'], { start_step: '3', end_step: '3' }, [[3], [], []]],
      [[ten], { start_step: '100', end_step: '200' }, [[]]],
    ] as const) {
      assert.deepEqual(await asked(server, run_ids, query), steps, JSON.stringify(query))
    }
    assert.deepEqual((await server.get(PATH, { run_ids: ten, metric_key: 'none' })).body, { metrics: [] })
  })

  test('takes every point of a step, but not thousands', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server)
    await server.post('runs/log-batch', { run_id, metrics: [...upTo(10), ...upTo(10, 2)] })
    assert.deepEqual(await asked(server, [run_id], { max_results: '5' }), [[0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 9, 9]])
    for (let batch = 0; batch < 4; batch++) {
      const metrics = Array.from({ length: 1000 }, (_, at) => ({ key: 'a', value: batch * 1000 + at, step: 0, timestamp: 1 }))
      await server.post('runs/log-batch', { run_id, metrics })
    }
    const [steps] = await asked(server, [run_id], { max_results: '5' })
    assert.deepEqual(steps, [0, 0, 0, 0, 9])
  })

  for (const [what, query, phrase] of [
    ['no run', { metric_key: 'key' }, "Missing value for required parameter 'run_ids'"],
    ['101 runs', { run_ids: Array(101).fill('r') }, 'GetMetricHistoryBulkInterval request must specify at most 100 run_ids.'],
    ['no points', { run_ids: '1', max_results: '0' }, 'max_results must be between 1 and 2500'],
    ['2,501 points', { run_ids: '1', max_results: '2501' }, 'max_results must be between 1 and 2500'],
    ['an empty metric', { run_ids: '1', metric_key: '' }, "Missing value for required parameter 'metric_key'"],
    ['an end before the start', { run_ids: '1', start_step: '1', end_step: '0' }, 'end_step must be greater than start_step. '],
    [
      'a start without an end',
      { run_ids: '1', start_step: '1' },
      'If either start step or end step are specified, both must be specified.',
    ],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const server = new TestServer(await open())
      const answer = await server.get(PATH, { metric_key: 'key', ...query })
      assert.equal(answer.status, 400, answer.text)
      assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE')
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
    })
  }
})

for (const [size, max, places] of [
  [0, 3, []],
  [3, 3, [0, 1, 2]],
  [10, 5, [0, 2, 4, 6, 9]],
  [11, 5, [0, 3, 5, 7, 10]],
  [10, 1, [9]],
  [10, 2, [0, 9]],
] as const) {
  test(`${max} even places of ${size} are ${places}`, () => assert.deepEqual(evenPlaces(size, max), places))
}
