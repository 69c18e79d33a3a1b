import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { readRun, startRun } from '../../testing/runs.ts'
import { TestServer } from '../../testing/server.ts'

const metric = (key: string, value: unknown = 1, step = 0, timestamp = 1) => ({ key, value, step, timestamp })
const points = (count: number) => Array.from({ length: count }, (_, at) => metric(`m${at % 7}`, at, at))
const texts = (count: number, prefix: string) => Array.from({ length: count }, (_, at) => ({ key: `${prefix}${at}`, value: `${at}` }))

overEachDatabase('POST runs/log-batch', (open) => {
  test('keeps metrics, params and tags', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server)
    const metrics = [metric('loss', 3, 0), metric('loss', 2, 2), metric('loss', 1, 1), metric('acc', 'NaN'), metric('loss', 2, 2)]
    const params = [{ key: 'depth', value: '3' }, { key: 'empty', value: '' }, { key: 'none' }]
    const tags = [
      { key: 'team', value: 'risk' },
      { key: 'team', value: 'the last counts' },
      { key: 'none', value: null },
    ]
    const answer = await server.post('runs/log-batch', { run_id, metrics, params, tags })
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.text, '{}')
    const run = await readRun(server, run_id)
    assert.deepEqual(run.metrics, { loss: 2, acc: 'NaN' })
    assert.deepEqual(run.params, { depth: '3', empty: '', none: '' })
    assert.deepEqual(run.tags, { team: 'the last counts', none: '', 'mlflow.runName': run.info.run_name })
    const history = (await server.get('metrics/get-history', { run_id, metric_key: 'loss' })).body.metrics
    assert.deepEqual(
      history.map((one: { value: number }) => one.value),
      [3, 1, 2],
    )
  })

  test('takes as much as MLflow takes, and nothing at all', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server)
    const most = { metrics: points(800), params: texts(100, 'p'), tags: texts(100, 't') }
    for (const batch of [most, { metrics: points(1000) }, {}, { metrics: [], params: null }]) {
      const answer = await server.post('runs/log-batch', { run_id, ...batch })
      assert.equal(answer.status, 200, answer.text)
    }
    const run = await readRun(server, run_id)
    assert.equal(Object.keys(run.params).length, 100)
    assert.equal(run.metrics.m6, 993)
  })

  for (const [what, batch, phrase] of [
    ['1,001 metrics', { metrics: points(1001) }, 'at most 1000 are taken'],
    ['101 params', { params: texts(101, 'p') }, 'at most 100 are taken'],
    ['101 tags', { tags: texts(101, 't') }, 'at most 100 are taken'],
    ['1,001 together', { metrics: points(950), params: texts(51, 'p') }, 'A batch logging request can contain at most 1000'],
    ['text for metrics', { metrics: 'foo' }, 'Invalid value "foo" for parameter \'metrics\' supplied'],
    ['text for params', { params: 'foo' }, 'Invalid value "foo" for parameter \'params\' supplied'],
    ['an object for tags', { tags: { a: 'b' } }, "for parameter 'tags' supplied"],
    ['a metric without a time', { metrics: [{ key: 'mae', value: 2.5 }] }, "Missing value for required parameter 'metrics[0].timestamp'"],
    ['a bad key', { metrics: [metric('ok'), metric('../no')] }, "for parameter 'metrics[1].key' supplied"],
    ['a step beyond 2^53', { metrics: [metric('ok', 1, 2 ** 60)] }, "for parameter 'metrics[0].step' supplied"],
    ['a param twice', { params: [...texts(1, 'p'), ...texts(1, 'p')] }, 'Duplicate parameter keys have been submitted: p0'],
    ['a param with another value', { params: [{ key: 'fixed', value: 'other' }] }, 'Changing param values is not allowed'],
    ['a number for a tag', { tags: [{ key: 'a', value: 41 }] }, "Invalid value 41 for parameter 'tags[0].value' supplied"],
  ] as const) {
    test(`DO-13 refuses ${what}, and keeps nothing of the batch`, async () => {
      const server = new TestServer(await open())
      const run_id = await startRun(server, { run_name: 'x' })
      await server.post('runs/log-parameter', { run_id, key: 'fixed', value: 'one' })
      const whole = { metrics: [metric('kept')], params: texts(1, 'kept'), tags: texts(1, 'kept') }
      const answer = await server.post('runs/log-batch', { run_id, ...whole, ...batch })
      assert.equal(answer.status, 400, answer.text)
      assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE')
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
      const run = await readRun(server, run_id)
      assert.deepEqual([run.metrics, run.params, run.tags], [{}, { fixed: 'one' }, { 'mlflow.runName': 'x' }])
    })
  }

  test('refuses a body of more than 16 MiB', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server)
    const answer = await server.post('runs/log-batch', { run_id, tags: [{ key: 'a', value: 'x'.repeat(16 * 2 ** 20) }] })
    assert.equal(answer.status, 413)
    assert.equal(answer.body.error_code, 'REQUEST_TOO_LARGE')
  })

  test('many batches at once are all kept, also where they make the same names and log the same points', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server)
    const batch = (n: number) => ({
      metrics: Array.from({ length: 50 }, (_, at) => metric(`m${(n * 7 + at) % 50}`, n, n)),
      params: texts(20, 'p').toSorted((a, b) => (n % 2 ? 1 : -1) * (a.key < b.key ? -1 : 1)),
      tags: [{ key: 'last', value: `${n}` }],
    })
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => server.post('runs/log-batch', { run_id, ...batch(n) })))
    for (const answer of answers) assert.equal(answer.status, 200, answer.text)
    const run = await readRun(server, run_id)
    assert.deepEqual(new Set(Object.values(run.metrics)), new Set([7]))
    assert.equal(Object.keys(run.params).length, 20)
  })

  test('one that fails among many takes nothing from the others', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server)
    await server.post('runs/log-parameter', { run_id, key: 'fixed', value: 'one' })
    const bad = { metrics: [metric('bad')], params: [{ key: 'fixed', value: 'two' }] }
    const batches = [{ metrics: [metric('a')] }, bad, { metrics: [metric('b')] }, bad, { tags: texts(1, 't') }]
    const answers = await Promise.all(batches.map((batch) => server.post('runs/log-batch', { run_id, ...batch })))
    assert.deepEqual(
      answers.map((answer) => answer.status),
      [200, 400, 200, 400, 200],
    )
    const run = await readRun(server, run_id)
    assert.deepEqual(Object.keys(run.metrics).toSorted(), ['a', 'b'])
    assert.equal(run.tags.t0, '0')
  })
})
