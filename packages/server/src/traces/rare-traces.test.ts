import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../testing/databases.ts'
import { TestServer } from '../testing/server.ts'

const COUNT = 1_200
const LONG = 'x'.repeat(150)

overEachDatabase('traces found by what few of them have', (open) => {
  const start = async () => {
    const server = new TestServer(await open())
    const made = async (name: string): Promise<string> => (await server.post('experiments/create', { name })).body.experiment_id
    const log = async (experiment_id: string, n: number, tags: Record<string, string>, trace_metadata: Record<string, string>) => {
      const trace_info = {
        trace_id: `tr-${experiment_id}-${n}`,
        trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } },
        request_time: new Date(1_700_000_000_000 + n * 1000).toISOString(),
        tags,
        trace_metadata,
      }
      const { status, text } = await server.call('POST', '/api/3.0/mlflow/traces', { trace: { trace_info } })
      assert.equal(status, 200, text)
    }
    const find = async (experiments: string[], filter: string, more: object = {}) => {
      const locations = experiments.map((experiment_id) => ({ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }))
      const { body, text } = await server.call('POST', '/api/3.0/mlflow/traces/search', { locations, filter, ...more })
      assert.ok(body.traces, text)
      const numbers: string = body.traces.map(({ trace_id }: { trace_id: string }) => trace_id.slice(3)).join(' ')
      return { numbers, token: body.next_page_token as string | undefined }
    }
    return { server, made, log, find }
  }

  test('few and many, in order, page by page, in their experiments only', async () => {
    const { server, made, log, find } = await start()
    const [a, b] = [await made('a'), await made('b')]
    const { run_id } = (await server.post('runs/create', { experiment_id: a })).body.run.info
    for (let n = 0; n < COUNT; n++) {
      const few = n % 400 === 7
      await log(a, n, { all: 'yes', some: few ? 'few' : 'many', long: LONG + (n % 600) }, { session: few ? 's1' : 's2' })
    }
    await log(b, 1, { all: 'yes', some: 'few' }, { 'mlflow.sourceRun': run_id })
    const linked = await server.post('traces/link-to-run', { run_id, trace_ids: [`tr-${a}-5`] })
    assert.equal(linked.status, 200, linked.text)

    const few = [807, 407, 7].map((n) => `${a}-${n}`)
    assert.equal((await find([a], "tags.some = 'few'")).numbers, few.join(' '))
    assert.equal((await find([a], "metadata.session = 's1'", { order_by: ['timestamp ASC'] })).numbers, few.toReversed().join(' '))
    assert.equal((await find([a, b], "tags.some = 'few' AND tags.all = 'yes'")).numbers, [...few, `${b}-1`].join(' '))
    assert.equal((await find([b], "tags.some = 'few'")).numbers, `${b}-1`)
    assert.equal((await find([a], "tags.some = 'few' AND tags.all != 'yes'")).numbers, '')
    assert.equal((await find([a], "tags.some = 'nobody'")).numbers, '')
    assert.equal((await find([a], "tags.nokey = 'x'")).numbers, '')
    // What begins with the same hundred characters is told apart all the same.
    assert.equal((await find([a], `tags.long = '${LONG}3'`)).numbers, `${a}-603 ${a}-3`)
    assert.equal((await find([a, b], `attributes.run_id = '${run_id}'`)).numbers, `${a}-5 ${b}-1`)

    const first = await find([a], "tags.some = 'few'", { max_results: 2 })
    assert.equal(first.numbers, few.slice(0, 2).join(' '))
    const second = await find([a], "tags.some = 'few'", { max_results: 2, page_token: first.token })
    assert.deepEqual([second.numbers, second.token], [few[2], undefined])

    const many = await find([a], "tags.all = 'yes'", { max_results: 3 })
    assert.equal(many.numbers, `${a}-1199 ${a}-1198 ${a}-1197`)
  })
})
