import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../db/database.ts'
import { command, query } from '../../db/handles.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { type Answer, TestServer } from '../../testing/server.ts'
import { type LoggedMetric, recordModelMetrics } from './index.ts'

type Shelf = {
  server: TestServer
  experiment_id: string
  model: Record<string, string>
  log: (...metrics: LoggedMetric[]) => Promise<void>
  search: (request?: object) => Promise<Answer>
  found: (request?: object) => Promise<string[]>
}

/** Three models, made in the order a, b, c, and a run that logs about them. */
async function shelf(db: Database): Promise<Shelf> {
  const server = new TestServer(db)
  const { experiment_id } = (await server.post('experiments/create', { name: 'e' })).body
  const { run_id } = (await server.post('runs/create', { experiment_id })).body.run.info
  const [run] = await db.reader.all(query<{ id: number }>(`select id from run where run_id = '${run_id}'`))
  const model: Record<string, string> = {}
  for (const [at, name] of ['a', 'b', 'c'].entries()) {
    const made = await server.post('logged-models', {
      experiment_id,
      name,
      model_type: name === 'c' ? '' : 'LLM',
      params: [{ key: 'lr', value: `0.${name}` }],
      tags: [{ key: 'my team', value: name === 'a' ? 'risk' : 'fraud' }],
    })
    model[name] = made.body.model.info.model_id
    await db.write(async (tx) =>
      tx.run(command('update logged_model set created_ms = ? where model_id = ?'), 1000 + at, model[name] as string),
    )
  }
  const search = (request: object = {}) => server.post('logged-models/search', { experiment_ids: [experiment_id], ...request })
  return {
    server,
    experiment_id,
    model,
    log: (...metrics) => db.write(async (tx) => recordModelMetrics(tx, run as { id: number }, metrics)),
    search,
    async found(request) {
      const answer = await search(request)
      assert.equal(answer.status, 200, answer.text)
      return answer.body.models.map((one: { info: { name: string } }) => one.info.name)
    },
  }
}

const at = (model_id: string | undefined, value: number, fields: Partial<LoggedMetric> = {}): LoggedMetric => ({
  key: 'acc',
  value,
  timestamp: 1,
  step: 0,
  model_id,
  ...fields,
})

overEachDatabase('POST logged-models/search', (open) => {
  test('filters', async () => {
    const { found, model, log } = await shelf(await open())
    await log(
      at(model.a, 0.5),
      at(model.a, 0.9, { step: 1, dataset_name: 'test', dataset_digest: 'x' }),
      at(model.b, 0.7, { dataset_name: 'test', dataset_digest: 'y' }),
      at(model.c, Number.NaN),
    )
    const test = [{ dataset_name: 'test' }]
    for (const [request, expected] of [
      [{}, 'cba'],
      [{ filter: "name = 'a'" }, 'a'],
      [{ filter: "name IN ('a', 'c')" }, 'ca'],
      [{ filter: `model_id = '${model.b}'` }, 'b'],
      [{ filter: "model_type = 'LLM' AND name != 'a'" }, 'b'],
      [{ filter: "params.lr LIKE '0.%' AND params.lr != '0.b'" }, 'ca'],
      [{ filter: "tags.`my team` = 'fraud'" }, 'cb'],
      [{ filter: "tags.none = 'fraud'" }, ''],
      [{ filter: 'params.lr = 0.a AND name != c' }, 'a'],
      [{ filter: 'creation_timestamp >= 1001' }, 'cb'],
      [{ filter: 'creation_time < 1001' }, 'a'],
      [{ filter: "status = 'PENDING'" }, 'cba'],
      [{ filter: "status != 'LOGGED_MODEL_PENDING'" }, ''],
      [{ filter: 'metrics.acc > 0.6' }, 'ba'],
      [{ filter: 'metrics.acc >= 0' }, 'ba'],
      [{ filter: 'metrics.acc < 0.6' }, 'a'],
      [{ filter: 'metrics.acc < 0.6', datasets: test }, ''],
      [{ filter: 'metrics.acc > 0.6', datasets: [{ dataset_name: 'test', dataset_digest: 'y' }] }, 'b'],
      [{ datasets: test }, 'ba'],
      [{ datasets: [{ dataset_name: 'test', dataset_digest: 'x' }] }, 'a'],
      [{ datasets: [{ dataset_name: 'none' }, { dataset_name: 'test', dataset_digest: 'x' }] }, 'a'],
      [{ experiment_ids: ['987654', 'none'] }, ''],
    ] as const) {
      assert.equal((await found(request)).join(''), expected, JSON.stringify(request))
    }
  })

  test('orders, models without the value last, and pages through the same order', async () => {
    const { search, model, log } = await shelf(await open())
    await log(
      at(model.a, 0.1),
      at(model.a, 0.9, { timestamp: 2 }),
      at(model.a, 0.2, { timestamp: 0, step: 9 }),
      at(model.b, 0.7),
      at(model.b, 0.95, { timestamp: 3, dataset_name: 'test', dataset_digest: 'x' }),
      at(model.c, Number.NaN),
    )
    for (const [order_by, expected] of [
      [[{ field_name: 'creation_timestamp' }], 'abc'],
      [[{ field_name: 'name', ascending: false }], 'cba'],
      [[{ field_name: 'model_type' }, { field_name: 'name' }], 'abc'],
      [[{ field_name: 'metrics.acc' }], 'abc'],
      [[{ field_name: 'metrics.acc', ascending: false }], 'bac'],
      [[{ field_name: 'metrics.acc', ascending: false, dataset_name: 'test', dataset_digest: 'x' }], 'bca'],
      [[{ field_name: 'metrics.acc', dataset_name: 'none' }], 'cba'],
      [[{ field_name: 'metrics.none' }], 'cba'],
    ] as const) {
      for (const max_results of [1, 2, 50]) {
        const seen: string[] = []
        let page_token: string | undefined
        do {
          const page: Answer = await search({ order_by, max_results, ...(page_token && { page_token }) })
          assert.equal(page.status, 200, page.text)
          assert.ok(page.body.models.length <= max_results)
          seen.push(...page.body.models.map((one: { info: { name: string } }) => one.info.name))
          page_token = page.body.next_page_token
        } while (page_token)
        assert.equal(seen.join(''), expected, JSON.stringify(order_by))
      }
    }
  })

  test('refuses what it does not know, and tokens of another search', async () => {
    const { search } = await shelf(await open())
    const { next_page_token } = (await search({ max_results: 1 })).body
    for (const [request, phrase] of [
      [{ experiment_ids: [] }, 'experiment_ids'],
      [{ filter: 'name' }, 'Invalid'],
      [{ filter: "color = 'red'" }, 'Invalid attribute key'],
      [{ filter: "metrics.acc > 'x'" }, 'Expected numeric value'],
      [{ order_by: [{ field_name: 'color' }] }, 'Invalid order by field name: color'],
      [{ order_by: [{ field_name: 'params.lr' }] }, 'Only metrics are supported'],
      [{ order_by: [{}] }, 'field_name'],
      [{ datasets: [{ dataset_digest: 'x' }] }, 'dataset_name'],
      [{ page_token: next_page_token, filter: "name = 'a'" }, 'Invalid page token'],
    ] as const) {
      const answer = await search(request)
      assert.equal(answer.status, 400, JSON.stringify(request))
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
    }
  })
})

overEachDatabase('metrics of logged models', (open) => {
  test('are read with the model, by run, time, step and dataset; NaN and infinity too', async () => {
    const { server, log, model } = await shelf(await open())
    await log(
      at(model.a, 0.5, { step: 2, dataset_name: 'test', dataset_digest: 'x' }),
      at(model.a, 0.6, { step: 2 }),
      at(model.a, Number.NaN, { step: 3 }),
      at(model.a, Number.NEGATIVE_INFINITY, { step: 4 }),
      at(model.b, 1),
      { key: 'free', value: 1, timestamp: 1, step: 0 },
    )
    await log(at(model.a, 0.7, { step: 2 }))
    const { metrics } = (await server.call('GET', `/api/2.0/mlflow/logged-models/${model.a}`)).body.model.data
    const plain = metrics.map((one: Record<string, unknown>) => [one.step, one.value, one.dataset_name, one.dataset_digest])
    assert.deepEqual(plain, [
      [2, 0.7, undefined, undefined],
      [2, 0.5, 'test', 'x'],
      [3, 'NaN', undefined, undefined],
      [4, '-Infinity', undefined, undefined],
    ])
    assert.ok(metrics.every((one: Record<string, unknown>) => one.model_id === model.a && typeof one.run_id === 'string'))
  })

  test('come with what runs log, alone or by the batch', async () => {
    const { server, experiment_id, model } = await shelf(await open())
    const { run_id } = (await server.post('runs/create', { experiment_id })).body.run.info
    const point = { key: 'acc', value: 0.5, timestamp: 1, step: 1 }
    const on = { model_id: model.a, dataset_name: 'test', dataset_digest: 'x' }
    assert.equal((await server.post('runs/log-metric', { run_id, ...point, ...on })).status, 200)
    const metrics = [point, { ...point, key: 'loss', ...on }, { ...point, key: 'loss', model_id: model.b }]
    assert.equal((await server.post('runs/log-batch', { run_id, metrics })).status, 200)
    const logged = async (id?: string) => (await server.call('GET', `/api/2.0/mlflow/logged-models/${id}`)).body.model.data.metrics
    assert.deepEqual(await logged(model.a), [
      { ...point, ...on, run_id },
      { ...point, key: 'loss', ...on, run_id },
    ])
    assert.deepEqual(await logged(model.b), [{ ...point, key: 'loss', model_id: model.b, run_id }])
    const none = await server.post('runs/log-batch', { run_id, metrics: [{ ...point, key: 'other', model_id: 'm-none' }] })
    assert.equal(none.status, 404)
    const { data } = (await server.get('runs/get', { run_id })).body.run
    assert.deepEqual(data.metrics.map((one: { key: string }) => one.key).toSorted(), ['acc', 'loss'], 'all of a batch is kept, or none')
  })

  test('need a model that is there', async () => {
    const { log, model, server } = await shelf(await open())
    await assert.rejects(log(at(model.a, 1), at('m-none', 1)), /Logged model with ID 'm-none' not found/)
    assert.deepEqual((await server.call('GET', `/api/2.0/mlflow/logged-models/${model.a}`)).body.model.data.metrics, [])
  })

  test('go with their run', async () => {
    const db = await open()
    const { log, model } = await shelf(db)
    await log(at(model.a, 1))
    await db.write(async (tx) => tx.run(command('delete from run')))
    assert.equal((await db.reader.all(query('select 1 from logged_model_metric'))).length, 0)
  })
})
