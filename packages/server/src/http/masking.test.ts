import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { endpoints } from '../app.ts'
import type { Database } from '../db/database.ts'
import { query } from '../db/handles.ts'
import { migrate } from '../db/migrate.ts'
import { openSqlite } from '../db/sqlite.ts'
import { MASKED } from '../secrets/index.ts'
import { type As, serverWithAccounts } from '../testing/accounts.ts'
import { overEachDatabase } from '../testing/databases.ts'
import { newFolder } from '../testing/folder.ts'
import { TestServer } from '../testing/server.ts'
import { finderFor } from './masking.ts'

const SECRET = 'canary-hunter-2'
const SECRETS = [{ key: 'db_password', value: SECRET }]
const PLAIN = [{ key: 'plain', value: 'shown-to-all' }]
const KEYS = ['db_password', 'plain']
const BOTH = [...SECRETS, ...PLAIN]

/** Ann makes a thing of each kind, with a secret in each of its params and tags; gives the requests that answer them. */
async function things(ann: As): Promise<(who: As) => Promise<Record<string, string>>> {
  const made = await ann.post('experiments/create', { name: 'e', tags: BOTH })
  const experiment_id = made.body.experiment_id
  const { run_id } = (await ann.post('runs/create', { experiment_id, tags: BOTH })).body.run.info
  await ann.post('runs/log-batch', { run_id, params: BOTH })
  const dataset = { name: 'd', digest: '1', source: 's', source_type: 't' }
  await ann.post('runs/log-inputs', { run_id, datasets: [{ dataset, tags: BOTH }] })
  const { model_id } = (await ann.post('logged-models', { experiment_id, name: 'l', params: BOTH, tags: BOTH })).body.model.info
  await ann.post('registered-models/create', { name: 'm', tags: BOTH })
  await ann.post('model-versions/create', { name: 'm', source: 's3://bucket/model', tags: BOTH })
  const pairs = Object.fromEntries(BOTH.map(({ key, value }) => [key, value]))
  const trace_id = 'tr-00000000000000000000000000000001'
  const trace_location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }
  const trace_info = { trace_id, trace_location, request_time: '2026-01-01T00:00:00Z', state: 'OK', tags: pairs, trace_metadata: pairs }
  const started = await ann.call('POST', '/api/3.0/mlflow/traces', { trace: { trace_info } })
  assert.equal(started.status, 200, started.text)
  const evaluation = { name: 'ev', experiment_ids: [experiment_id], tags: JSON.stringify(pairs) }
  const { dataset_id } = (await ann.call('POST', '/api/3.0/mlflow/datasets/create', evaluation)).body.dataset
  return async (who) => {
    const experiment_ids = [experiment_id]
    const groups = (kind: string) => ({ experiment_ids, kind, name: 'db_password' })
    const asked = {
      'experiments/get': await who.get(`experiments/get?experiment_id=${experiment_id}`),
      'experiments/get-by-name': await who.get('experiments/get-by-name?experiment_name=e'),
      'experiments/search': await who.post('experiments/search', { max_results: 10 }),
      'runs/get': await who.get(`runs/get?run_id=${run_id}`),
      'runs/get-many': await who.call('POST', '/api/2.0/millrace/runs/get-many', { run_ids: [run_id] }),
      'runs/search': await who.post('runs/search', { experiment_ids }),
      'runs/table': await who.call('POST', '/api/2.0/millrace/runs/table', { experiment_ids, params: KEYS, tags: KEYS }),
      'runs/groups by a param': await who.call('POST', '/api/2.0/millrace/runs/groups', groups('params')),
      'runs/groups by a tag': await who.call('POST', '/api/2.0/millrace/runs/groups', groups('tags')),
      'logged-models/get': await who.get(`logged-models/${model_id}`),
      'logged-models/search': await who.post('logged-models/search', { experiment_ids }),
      'registered-models/get': await who.get('registered-models/get?name=m'),
      'registered-models/search': await who.get('registered-models/search'),
      'model-versions/get': await who.get('model-versions/get?name=m&version=1'),
      'model-versions/search': await who.get('model-versions/search'),
      'traces/get': await who.call('GET', `/api/3.0/mlflow/traces/${trace_id}`),
      'traces/info 2.0': await who.get(`traces/${trace_id}/info`),
      'traces/search': await who.call('POST', '/api/3.0/mlflow/traces/search', { locations: [trace_location] }),
      'datasets/get': await who.call('GET', `/api/3.0/mlflow/datasets/${dataset_id}`),
      'datasets/search': await who.call('POST', '/api/3.0/mlflow/datasets/search', { experiment_ids }),
    }
    for (const [name, { status, text }] of Object.entries(asked)) assert.equal(status, 200, `${name}: ${text}`)
    return Object.fromEntries(Object.entries(asked).map(([name, { text }]) => [name, text]))
  }
}

overEachDatabase('params and tags that look like credentials', (open) => {
  test('are masked in every answer for who may read and edit, and shown to who may manage and to admins', async () => {
    const as = await serverWithAccounts(await open(), 'EDIT', ['ann', 'bob'])
    const read = await things(as('ann'))
    for (const [name, text] of Object.entries(await read(as('bob')))) {
      assert.ok(!text.includes(SECRET) && text.includes(MASKED), `${name}: ${text}`)
      if (name.startsWith('runs/groups')) continue
      assert.ok(text.includes('shown-to-all') && (name === 'runs/table' || text.includes('db_password')), `${name}: ${text}`)
    }
    for (const who of ['ann', 'root']) {
      for (const [name, text] of Object.entries(await read(as(who)))) {
        assert.ok(text.includes(SECRET) && !text.includes(MASKED), `${name} as ${who}: ${text}`)
      }
    }
  })

  test('are shown in one answer for what the caller manages, and masked for the rest of it', async () => {
    const as = await serverWithAccounts(await open(), 'READ', ['ann', 'bob'])
    await as('ann').post('experiments/create', { name: 'of ann', tags: [{ key: 'password', value: 'hers-canary' }] })
    await as('bob').post('experiments/create', { name: 'of bob', tags: [{ key: 'password', value: 'his-canary' }] })
    const { text } = await as('bob').post('experiments/search', { max_results: 10 })
    assert.ok(text.includes('his-canary') && !text.includes('hers-canary') && text.includes(MASKED), text)
  })

  test('are masked in the answer of a write and in its refusal', async () => {
    const as = await serverWithAccounts(await open(), 'EDIT', ['ann', 'bob'])
    const { experiment_id } = (await as('ann').post('experiments/create', { name: 'e' })).body
    const { run_id } = (await as('ann').post('runs/create', { experiment_id })).body.run.info
    await as('ann').post('runs/log-batch', { run_id, params: SECRETS })
    const other = await as('bob').post('runs/log-parameter', { run_id, key: 'db_password', value: 'another-one' })
    assert.equal(other.status, 400)
    assert.ok(!other.text.includes(SECRET) && other.text.includes(MASKED), other.text)
    await as('ann').post('registered-models/create', { name: 'm', tags: SECRETS })
    const { text } = await as('bob').call('PATCH', '/api/2.0/mlflow/registered-models/update', { name: 'm', description: 'x' })
    assert.ok(text.includes(MASKED) && !text.includes(SECRET), text)
  })

  test('are masked in what webhooks send', async () => {
    const db = await open()
    const server = new TestServer(db)
    const events = [
      { entity: 'REGISTERED_MODEL', action: 'CREATED' },
      { entity: 'MODEL_VERSION_TAG', action: 'SET' },
    ]
    await server.post('webhooks', { name: 'hook', url: 'https://hooks.example/', events })
    await server.post('registered-models/create', { name: 'm', tags: BOTH })
    await server.post('model-versions/create', { name: 'm', source: 's3://bucket/model' })
    await server.post('model-versions/set-tag', { name: 'm', version: '1', ...SECRETS[0] })
    const sent = await db.reader.all(query<{ body: string }>('select body from webhook_delivery order by id'))
    assert.equal(sent.length, 2)
    for (const { body } of sent) assert.ok(body.includes(MASKED) && !body.includes(SECRET), body)
    assert.ok(sent[0]?.body.includes('shown-to-all'))
  })

  test('are refused where the server is set to take none, by name and without a trace', async () => {
    const server = new TestServer(await open(), { refuse_secrets: true })
    const { experiment_id } = (await server.post('experiments/create', { name: 'e' })).body
    const { run_id } = (await server.post('runs/create', { experiment_id, tags: PLAIN })).body.run.info
    const refused = [
      await server.post('experiments/create', { name: 'f', tags: SECRETS }),
      await server.post('runs/create', { experiment_id, tags: SECRETS }),
      await server.post('runs/log-batch', { run_id, params: SECRETS, metrics: [{ key: 'x', value: 1, timestamp: 1, step: 0 }] }),
      await server.post('runs/log-batch', { run_id, tags: BOTH }),
      await server.post('runs/log-parameter', { run_id, ...SECRETS[0] }),
      await server.post('runs/set-tag', { run_id, ...SECRETS[0] }),
      await server.post('experiments/set-experiment-tag', { experiment_id, ...SECRETS[0] }),
      await server.post('registered-models/create', { name: 'm', tags: SECRETS }),
    ]
    for (const { status, text } of refused) {
      assert.equal(status, 400, text)
      assert.ok(text.includes("'db_password'") && text.includes('looks like a credential') && !text.includes(SECRET), text)
    }
    const { body } = await server.get('runs/get', { run_id })
    assert.deepEqual([body.run.data.metrics ?? [], body.run.data.params ?? []], [[], []])
    assert.equal((await server.post('runs/log-batch', { run_id, params: PLAIN })).status, 200)
  })

  test('are the owner’s to see on a server without login', async () => {
    const server = new TestServer(await open())
    const { experiment_id } = (await server.post('experiments/create', { name: 'e', tags: SECRETS })).body
    assert.ok((await server.get('experiments/get', { experiment_id })).text.includes(SECRET))
  })
})

test('are masked in what the reader thread answers, too', async () => {
  const db: Database = openSqlite(join(newFolder(), 'masked.db'))
  try {
    await migrate(db)
    const as = await serverWithAccounts(db, 'READ', ['ann', 'bob'])
    const { experiment_id } = (await as('ann').post('experiments/create', { name: 'e' })).body
    await as('ann').post('runs/create', { experiment_id, tags: BOTH })
    const search = { experiment_ids: [experiment_id], max_results: 500 }
    for (const who of ['ann', 'root']) assert.ok((await as(who).post('runs/search', search)).text.includes(SECRET), who)
    const { text } = await as('bob').post('runs/search', search)
    assert.ok(text.includes(MASKED) && text.includes('shown-to-all') && !text.includes(SECRET), text)
    await as('bob').close()
  } finally {
    await db.close()
  }
})

// What answers the same words as params and tags do, and is none: add to it only what holds no client's values.
const NAMES_ONLY = new Set(['GET /api/2.0/millrace/runs/columns'])

test('every endpoint whose answers hold params or tags is looked at', () => {
  const masked = endpoints.filter((endpoint) => endpoint.kind !== 'stream' && finderFor(endpoint.output.json))
  const rooms = new Set(masked.map(({ route }) => route.split('/')[4]))
  for (const room of ['runs', 'experiments', 'logged-models', 'registered-models', 'model-versions', 'traces', 'datasets']) {
    assert.ok(rooms.has(room), `${room} is not among ${[...rooms].join(', ')}`)
  }
  for (const { route, kind, ...rest } of endpoints) {
    if (kind === 'stream' || !('output' in rest) || NAMES_ONLY.has(route)) continue
    const told = JSON.stringify((rest as { output: { json: object } }).output.json)
    if (/"(params|tags|trace_metadata|request_metadata)":/.test(told)) {
      assert.ok(
        masked.some((one) => one.route === route),
        `${route} answers params or tags that are not looked at`,
      )
    }
  }
})
