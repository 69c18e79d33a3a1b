import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../db/database.ts'
import { command, query } from '../../db/handles.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { TestServer } from '../../testing/server.ts'
import { linksOf } from './index.ts'

const MODEL = `m-${'0'.repeat(32)}`
const CSV = { name: 'csv', digest: 'd1', source_type: 'local', source: '{"uri":"/data.csv"}' }

async function start(db: Database): Promise<{ server: TestServer; experiment_id: string; run_id: string; another: () => Promise<string> }> {
  const server = new TestServer(db)
  const { experiment_id } = (await server.post('experiments/create', { name: 'e' })).body
  const another = async (): Promise<string> => (await server.post('runs/create', { experiment_id })).body.run.info.run_id
  return { server, experiment_id, run_id: await another(), another }
}

const runOf = async (server: TestServer, run_id: string) => (await server.get('runs/get', { run_id })).body.run

overEachDatabase('inputs and outputs of runs', (open) => {
  test('a run shows the datasets and models that it read, and the models that it made', async () => {
    const { server, run_id } = await start(await open())
    const before = await runOf(server, run_id)
    assert.ok(!('inputs' in before) && !('outputs' in before), 'a run without them has neither field')
    const tags = [
      { key: 'mlflow.data.context', value: 'train' },
      { key: 'foo', value: 'bar' },
    ]
    const datasets = [
      { dataset: { ...CSV, schema: '{"a":1}', profile: '{"rows":2}' }, tags },
      { dataset: { ...CSV, source: 'a second one of this name and digest' } },
      { dataset: { name: 'csv', digest: 'd2' } },
    ]
    const logged = await server.post('runs/log-inputs', { run_id, datasets, models: [{ model_id: MODEL }] })
    assert.deepEqual([logged.status, logged.body], [200, {}])
    const made = await server.post('runs/outputs', { run_id, models: [{ model_id: MODEL, step: 3 }, { model_id: 'm-2' }] })
    assert.deepEqual([made.status, made.body], [200, {}])
    const { inputs, outputs } = await runOf(server, run_id)
    const sorted = inputs.dataset_inputs.toSorted((a: { dataset: { digest: string } }, b: { dataset: { digest: string } }) =>
      a.dataset.digest < b.dataset.digest ? -1 : 1,
    )
    assert.deepEqual(sorted, [
      { tags: tags.toReversed(), dataset: { ...CSV, schema: '{"a":1}', profile: '{"rows":2}' } },
      { tags: [], dataset: { name: 'csv', digest: 'd2', source_type: '', source: '' } },
    ])
    assert.deepEqual(inputs.model_inputs, [{ model_id: MODEL }])
    assert.deepEqual(outputs, {
      model_outputs: [
        { model_id: MODEL, step: 3 },
        { model_id: 'm-2', step: 0 },
      ],
    })
  })

  test('reading a dataset again keeps what was recorded first', async () => {
    const { server, run_id } = await start(await open())
    for (const value of ['train', 'test']) {
      const datasets = [{ dataset: CSV, tags: [{ key: 'mlflow.data.context', value }] }]
      assert.equal((await server.post('runs/log-inputs', { run_id, datasets, models: [{ model_id: MODEL }] })).status, 200)
      assert.equal((await server.post('runs/outputs', { run_id, models: [{ model_id: MODEL, step: 1 }] })).status, 200)
    }
    const { inputs, outputs } = await runOf(server, run_id)
    assert.deepEqual(inputs.dataset_inputs, [{ dataset: CSV, tags: [{ key: 'mlflow.data.context', value: 'train' }] }])
    assert.equal(inputs.model_inputs.length, 1)
    assert.equal(outputs.model_outputs.length, 1)
  })

  test('an experiment lists the datasets of its runs, each with its context once', async () => {
    const { server, experiment_id, run_id, another } = await start(await open())
    const input = (dataset: object, context?: string): object => ({
      dataset,
      tags: context ? [{ key: 'mlflow.data.context', value: context }] : [],
    })
    await server.post('runs/log-inputs', { run_id, datasets: [input(CSV, 'train'), input({ name: 'b', digest: 'x' })] })
    await server.post('runs/log-inputs', { run_id: await another(), datasets: [input(CSV, 'test')] })
    await server.post('runs/log-inputs', { run_id: await another(), datasets: [input(CSV, 'train')] })
    for (const path of ['/api/2.0/mlflow', '/ajax-api/2.0/mlflow', '/api/2.0mlflow', '/ajax-api/2.0mlflow']) {
      const found = await server.call('POST', `${path}/experiments/search-datasets`, { experiment_ids: [experiment_id, 'none'] })
      assert.deepEqual(found.body.dataset_summaries, [
        { experiment_id, name: 'b', digest: 'x' },
        { experiment_id, name: 'csv', digest: 'd1', context: 'test' },
        { experiment_id, name: 'csv', digest: 'd1', context: 'train' },
      ])
    }
    const none = await server.post('experiments/search-datasets', {})
    assert.equal(none.status, 400)
    assert.match(none.body.message, /must specify at least one experiment_id/)
    const many = await server.post('experiments/search-datasets', { experiment_ids: Array.from({ length: 21 }, (_, n) => `${n}`) })
    assert.equal(many.status, 400)
    assert.match(many.body.message, /cannot specify more than/)
  })

  test('what runs share in a page is bounded: long profiles are left out, never the dataset', async () => {
    const db = await open()
    const { server, run_id, another } = await start(db)
    const dataset = { ...CSV, profile: 'p'.repeat(16_000_000) }
    const runs = [run_id, await another(), await another(), await another(), await another()]
    for (const one of runs) {
      const datasets = [{ dataset: one === run_id ? dataset : CSV }]
      assert.equal((await server.post('runs/log-inputs', { run_id: one, datasets })).status, 200)
    }
    const keys = (await db.reader.all(query<{ id: number }>('select id from run order by id'))).map(({ id }) => id)
    const found = [...(await linksOf(db.reader, keys)).values()].map(({ inputs }) => inputs?.dataset_inputs[0]?.dataset)
    assert.deepEqual(
      found.map((one) => [one?.name, one?.profile?.length]),
      [...Array(4).fill(['csv', 16_000_000]), ['csv', undefined]],
    )
  })

  test('what hangs on runs goes with them, and datasets with their experiment', async () => {
    const db = await open()
    const { server, run_id } = await start(db)
    await server.post('runs/log-inputs', {
      run_id,
      datasets: [{ dataset: CSV, tags: [{ key: 'a', value: 'b' }] }],
      models: [{ model_id: MODEL }],
    })
    await server.post('runs/outputs', { run_id, models: [{ model_id: MODEL, step: 1 }] })
    const counts = async (): Promise<number[]> => {
      const tables = ['run_dataset', 'run_dataset_tag', 'run_model_input', 'run_model_output', 'dataset']
      return Promise.all(tables.map(async (table) => (await db.reader.all(query(`select 1 from ${table}`))).length))
    }
    assert.deepEqual(await counts(), [1, 1, 1, 1, 1])
    await db.write(async (tx) => tx.run(command('delete from run')))
    assert.deepEqual(await counts(), [0, 0, 0, 0, 1])
    await db.write(async (tx) => tx.run(command("delete from experiment where name = 'e'")))
    assert.deepEqual(await counts(), [0, 0, 0, 0, 0])
  })

  for (const [what, payload, phrase] of [
    ['no run', { datasets: [] }, "Missing value for required parameter 'run_id'"],
    ['a dataset without a name', { datasets: [{ dataset: { digest: 'd' } }] }, 'datasets[0].dataset.name'],
    ['a name that is too long', { datasets: [{ dataset: { ...CSV, name: 'n'.repeat(501) } }] }, 'exceeds the maximum length of 500'],
    ['a digest that is too long', { datasets: [{ dataset: { ...CSV, digest: 'n'.repeat(37) } }] }, 'exceeds the maximum length of 36'],
    [
      'a source that is too long',
      { datasets: [{ dataset: { ...CSV, source: 'n'.repeat(65_536) } }] },
      'exceeds the maximum length of 65535',
    ],
    ['a schema that is too long', { datasets: [{ dataset: { ...CSV, schema: 'n'.repeat(2 ** 20) } }] }, 'exceeds the maximum length'],
    ['a profile that is too long', { datasets: [{ dataset: { ...CSV, profile: 'n'.repeat(2 ** 24) } }] }, 'exceeds the maximum length'],
    ['a tag that is too long', { datasets: [{ dataset: CSV, tags: [{ key: 'k', value: 'v'.repeat(501) }] }] }, 'exceeds the maximum'],
    ['1001 datasets', { datasets: Array(1001).fill({ dataset: CSV }) }, 'at most 1000'],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const { server, run_id } = await start(await open())
      const answer = await server.post('runs/log-inputs', { ...(what !== 'no run' && { run_id }), ...payload })
      assert.equal(answer.status, 400, answer.text.slice(0, 300))
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
      assert.ok(!('inputs' in (await runOf(server, run_id))))
    })
  }

  test('refuses runs that are not there or deleted, and keeps nothing of it', async () => {
    const db = await open()
    const { server, run_id } = await start(db)
    const gone = await server.post('runs/log-inputs', { run_id: 'f'.repeat(32), datasets: [{ dataset: CSV }] })
    assert.equal(gone.status, 404)
    await db.write(async (tx) => tx.run(command('update run set deleted_ms = 1')))
    for (const [path, body] of [
      ['log-inputs', { datasets: [{ dataset: CSV }] }],
      ['outputs', { models: [{ model_id: MODEL }] }],
    ] as const) {
      const answer = await server.post(`runs/${path}`, { run_id, ...body })
      assert.equal(answer.status, 400)
      assert.match(answer.body.message, /must be in the 'active' state/)
    }
    assert.equal((await db.reader.all(query('select 1 from dataset'))).length, 0)
  })
})
