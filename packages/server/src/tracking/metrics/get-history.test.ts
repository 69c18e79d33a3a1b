import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { startRun } from '../../testing/runs.ts'
import { TestServer } from '../../testing/server.ts'

type Point = { key: string; value: number | string; timestamp: number; step: number }
const point = (timestamp: number, step: number, value: number | string, key = 'x'): Point => ({ key, value, timestamp, step })

// In the order of the answer: by time, then step, then value. NaN is stored as 0.
const HISTORY = [
  point(1, -2, 5),
  point(1, 3, '-Infinity'),
  point(1, 3, 0),
  point(1, 3, 'NaN'),
  point(1, 3, 1e-300),
  point(1, 3, 'Infinity'),
  point(2, 0, 0.1),
  point(9007199254740991, -9007199254740991, -1.7976931348623157e308),
]

overEachDatabase('GET metrics/get-history', (open) => {
  async function logged(): Promise<{ server: TestServer; run_id: string }> {
    const server = new TestServer(await open())
    const run_id = await startRun(server)
    const metrics = [...HISTORY.toReversed(), point(1, 1, 1, 'y')]
    assert.equal((await server.post('runs/log-batch', { run_id, metrics })).status, 200)
    return { server, run_id }
  }

  test('gives all points, by time, then step, then value', async () => {
    const { server, run_id } = await logged()
    const answer = await server.get('metrics/get-history', { run_id, run_uuid: run_id, metric_key: 'x' })
    assert.deepEqual(answer.body, { metrics: HISTORY })
  })

  for (const size of [1, 2, 3, 7, 8, 9]) {
    test(`gives them in pages of ${size}, each once`, async () => {
      const { server, run_id } = await logged()
      const pages: Point[][] = []
      let page_token = ''
      do {
        const { body } = await server.get('metrics/get-history', { run_id, metric_key: 'x', max_results: `${size}`, page_token })
        pages.push(body.metrics)
        page_token = body.next_page_token ?? ''
      } while (page_token)
      assert.deepEqual(pages.flat(), HISTORY)
      assert.equal(pages.length, Math.ceil(HISTORY.length / size))
    })
  }

  test('a page goes on where the last one ended, whatever was logged meanwhile', async () => {
    const { server, run_id } = await logged()
    const ask = (page_token: string) => server.get('metrics/get-history', { run_id, metric_key: 'x', max_results: '3', page_token })
    const first = (await ask('')).body
    await server.post('runs/log-batch', { run_id, metrics: [point(0, 0, 0), point(2, 1, 7)] })
    const second = (await ask(first.next_page_token)).body
    const third = (await ask(second.next_page_token)).body
    assert.deepEqual([...second.metrics, ...third.metrics], HISTORY.slice(3).toSpliced(4, 0, point(2, 1, 7)))
  })

  test('of a metric that nobody logged it is empty; of a run that is not there, 404', async () => {
    const { server, run_id } = await logged()
    assert.deepEqual((await server.get('metrics/get-history', { run_id, metric_key: 'none' })).body, { metrics: [] })
    assert.equal((await server.get('metrics/get-history', { run_id: 'gone', metric_key: 'x' })).status, 404)
    await server.post('runs/delete', { run_id })
    assert.equal((await server.get('metrics/get-history', { run_id, metric_key: 'x' })).body.metrics.length, HISTORY.length)
  })

  test('takes no token that it did not give for this run and metric', async () => {
    const { server, run_id } = await logged()
    const other = await startRun(server)
    const page = { run_id, metric_key: 'x', max_results: '1' }
    const page_token = (await server.get('metrics/get-history', page)).body.next_page_token
    const forged = Buffer.from(page_token, 'base64url')
    forged[forged.length - 3] = (forged[forged.length - 3] as number) ^ 1
    for (const changes of [
      { page_token: 'invalid_token' },
      { page_token: Buffer.from('{"offset": 4}').toString('base64') },
      { page_token: forged.toString('base64url') },
      { page_token, run_id: other },
      { page_token, metric_key: 'y' },
    ]) {
      const answer = await server.get('metrics/get-history', { ...page, ...changes })
      assert.equal(answer.status, 400, answer.text)
      assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE')
    }
  })

  for (const [what, query, phrase] of [
    ['no metric', {}, "Missing value for required parameter 'metric_key'"],
    ['an empty metric', { metric_key: '' }, "Missing value for required parameter 'metric_key'"],
    ['a page of nothing', { metric_key: 'x', max_results: '0' }, 'Invalid value "0" for parameter \'max_results\' supplied'],
    ['a page of less', { metric_key: 'x', max_results: '-5' }, 'Invalid value "-5" for parameter \'max_results\' supplied'],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const server = new TestServer(await open())
      const answer = await server.get('metrics/get-history', { run_id: await startRun(server), ...query })
      assert.equal(answer.status, 400, answer.text)
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
    })
  }
})
