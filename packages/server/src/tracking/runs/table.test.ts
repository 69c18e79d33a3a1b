import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { TestServer } from '../../testing/server.ts'

const ROOT = '/api/2.0/millrace'

overEachDatabase('tables of runs', (open) => {
  let server: TestServer
  let experiment_id = ''
  const runs: string[] = []
  const table = (input: object) => server.call('POST', `${ROOT}/runs/table`, { experiment_ids: [experiment_id], ...input })

  before(async () => {
    server = new TestServer(await open())
    experiment_id = (await server.post('experiments/create', { name: 'many' })).body.experiment_id
    for (let at = 0; at < 5; at++) {
      const { run_id } = (await server.post('runs/create', { experiment_id, start_time: 1_000 + at, run_name: `run ${at}` })).body.run.info
      runs.push(run_id)
      const metrics = at === 3 ? [] : [{ key: 'loss', value: at === 4 ? 'NaN' : at / 2, timestamp: 1, step: 0 }]
      const params = [{ key: 'long', value: 'x'.repeat(400) }]
      await server.post('runs/log-batch', { run_id, metrics, params, tags: [{ key: 'team', value: `t${at}` }] })
    }
    await server.post('runs/delete', { run_id: runs[0] })
  })

  test('rows have the columns that were asked for, in their order, and null where a run has none', async () => {
    const { body } = await table({ metrics: ['nobody', 'loss'], tags: ['team'], count: true })
    assert.equal(body.total, 4)
    assert.deepEqual(
      body.rows.map((row: { run_name: string; metrics: unknown; tags: unknown }) => [row.run_name, row.metrics, row.tags]),
      [
        ['run 4', [null, 'NaN'], ['t4']],
        ['run 3', [null, null], ['t3']],
        ['run 2', [null, 1], ['t2']],
        ['run 1', [null, 0.5], ['t1']],
      ],
    )
  })

  test('pages go on where the last one ended, in the order that was asked for; the count is of all pages', async () => {
    const input = { order_by: ['metrics.loss ASC'], max_results: 3, metrics: ['loss'], count: true }
    const first = (await table(input)).body
    assert.deepEqual([first.rows.map((row: { metrics: unknown[] }) => row.metrics[0]), first.total], [[0.5, 1, 'NaN'], 4])
    const second = (await table({ ...input, count: false, page_token: first.next_page_token })).body
    assert.deepEqual([second.rows.map((row: { run_name: string }) => row.run_name), second.total], [['run 3'], undefined])
  })

  test('the count is of what the filter finds, deleted runs where they are wanted', async () => {
    assert.equal((await table({ filter: "tags.team != 't2'", count: true })).body.total, 3)
    assert.equal((await table({ run_view_type: 'ALL', count: true })).body.total, 5)
    assert.equal((await table({ filter: 'metrics.loss < 0.7 AND params.long LIKE "x%"', count: true })).body.total, 1)
  })

  test('a long text is cut, where it is not wanted in full', async () => {
    const value = (await table({ params: ['long'], max_results: 1 })).body.rows[0].params[0]
    assert.ok(value.length === 250 && value.endsWith('…'), value)
    const whole = (await table({ params: ['long'], max_results: 1, text_max: 65_536 })).body.rows[0].params[0]
    assert.match(whole, /^x{251,}$/)
  })

  test('a filter that is none is refused with its sentence', async () => {
    const { status, body } = await table({ filter: 'loss ~ 3' })
    assert.deepEqual([status, body.error_code], [400, 'INVALID_PARAMETER_VALUE'])
  })

  test('columns are the names that runs logged', async () => {
    const { body } = await server.call('GET', `${ROOT}/runs/columns?experiment_ids=${experiment_id}`)
    assert.deepEqual([body.metrics, body.params], [['loss'], ['long']])
    assert.ok(body.tags.includes('team'))
  })

  test('activity counts active runs and tells the last start', async () => {
    const { body } = await server.call('GET', `${ROOT}/experiments/activity?experiment_ids=${experiment_id}&experiment_ids=987654`)
    assert.deepEqual(body, { experiments: [{ experiment_id, runs: 4, last_start_time: 1_004 }] })
  })
})
