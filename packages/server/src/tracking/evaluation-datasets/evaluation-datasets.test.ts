import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { type Answer, TestServer } from '../../testing/server.ts'

const ROOT = '/api/3.0/mlflow/datasets'

async function makeDataset(server: TestServer, fields: object = {}): Promise<string> {
  const made = await server.call('POST', `${ROOT}/create`, { name: 'qa', ...fields })
  assert.equal(made.status, 200, made.text)
  return made.body.dataset.dataset_id
}

const upsert = (server: TestServer, id: string, records: unknown): Promise<Answer> =>
  server.call('POST', `${ROOT}/${id}/records`, { records: typeof records === 'string' ? records : JSON.stringify(records) })

async function recordsOf(server: TestServer, id: string): Promise<Record<string, unknown>[]> {
  const answer = await server.call('GET', `${ROOT}/${id}/records`)
  assert.equal(answer.status, 200, answer.text)
  return JSON.parse(answer.body.records)
}

overEachDatabase('evaluation datasets', (open) => {
  test('a dataset is made, read, tagged, hung on experiments and deleted', async () => {
    const server = new TestServer(await open())
    const a = (await server.post('experiments/create', { name: 'a' })).body.experiment_id
    const b = (await server.post('experiments/create', { name: 'b' })).body.experiment_id
    const id = await makeDataset(server, { experiment_ids: [a], tags: '{"team":"ml","n":2,"on":true,"none":null,"mlflow.user":"ada"}' })
    assert.match(id, /^d-[0-9a-f]{32}$/)
    const got = (await server.call('GET', `${ROOT}/${id}`)).body.dataset
    assert.deepEqual(JSON.parse(got.tags), { team: 'ml', n: '2', on: 'True', 'mlflow.user': 'ada' })
    assert.match(got.digest, /^[0-9a-f]{8}$/)
    assert.equal(got.created_by, 'ada')
    assert.equal(got.profile, undefined)
    assert.deepEqual(got.experiment_ids, [a])

    assert.equal((await server.call('PATCH', `${ROOT}/${id}/tags`, { tags: '{"team":"risk","new":"1"}' })).status, 200)
    assert.equal((await server.call('DELETE', `${ROOT}/${id}/tags/n`)).status, 200)
    assert.equal((await server.call('DELETE', `${ROOT}/${id}/tags/n`)).status, 200, 'a tag that is gone is no error')
    const tagged = (await server.call('GET', `/ajax-api/3.0/mlflow/datasets/${id}`)).body.dataset
    assert.deepEqual(JSON.parse(tagged.tags), { team: 'risk', new: '1', on: 'True', 'mlflow.user': 'ada' })

    const added = await server.call('POST', `${ROOT}/${id}/add-experiments`, { experiment_ids: [a, b] })
    assert.deepEqual(added.body.dataset.experiment_ids, [a, b])
    const none = await server.call('POST', `${ROOT}/${id}/add-experiments`, { experiment_ids: ['987654'] })
    assert.equal(none.status, 404)
    assert.match(none.body.message, /No Experiment with id=987654/)
    await server.call('POST', `${ROOT}/${id}/remove-experiments`, { experiment_ids: [a, '987654'] })
    assert.deepEqual((await server.call('GET', `${ROOT}/${id}/experiment-ids`)).body, { experiment_ids: [b] })

    await upsert(server, id, [{ inputs: { q: 1 } }])
    assert.equal((await server.call('DELETE', `${ROOT}/${id}`)).status, 200)
    const gone = await server.call('GET', `${ROOT}/${id}`)
    assert.equal(gone.status, 404)
    assert.match(gone.body.message, /not found/)
    assert.equal((await server.call('DELETE', `${ROOT}/${id}`)).status, 200, 'a dataset that is gone is no error')
  })

  test('records with the same inputs are merged', async () => {
    const server = new TestServer(await open())
    const id = await makeDataset(server)
    const first = await upsert(server, id, [
      { inputs: { q: 'a', k: 1 }, expectations: { answer: 'x', ok: true }, tags: { level: 'easy', 'mlflow.user': 'ada' } },
      { inputs: { q: 'b' }, outputs: null, source: { source_type: 'trace', source_data: { trace_id: 'tr-1' } } },
    ])
    assert.deepEqual(first.body, { inserted_count: 2, updated_count: 0 })
    const before = (await server.call('GET', `${ROOT}/${id}`)).body.dataset
    const second = await upsert(server, id, [
      { inputs: { k: 1, q: 'a' }, outputs: 'free text', expectations: { answer: 'y' }, tags: { 'mlflow.user': 'bob' } },
      { inputs: { q: 'c' } },
      { inputs: { q: 'c' }, expectations: { answer: 'z' } },
    ])
    assert.deepEqual(second.body, { inserted_count: 1, updated_count: 2 })
    const [a, b, c] = await recordsOf(server, id)
    assert.deepEqual(a?.outputs, 'free text')
    assert.deepEqual(a?.expectations, { answer: 'y', ok: true })
    assert.deepEqual(a?.tags, { level: 'easy', 'mlflow.user': 'bob' })
    assert.deepEqual([a?.created_by, a?.last_updated_by], ['ada', 'bob'])
    assert.ok(!('outputs' in (b ?? {})), 'outputs that were null are not there')
    assert.deepEqual(b?.source, { source_type: 'TRACE', source_data: { trace_id: 'tr-1' } })
    assert.deepEqual([b?.source_id, b?.source_type], ['tr-1', 'TRACE'])
    assert.deepEqual(c?.outputs, {}, 'outputs that were not given are empty')
    assert.deepEqual(c?.expectations, { answer: 'z' })
    const after = (await server.call('GET', `${ROOT}/${id}`)).body.dataset
    assert.equal(after.last_updated_by, 'bob')
    // As text too it is what MLflow's server answers.
    assert.match(after.schema, /^\{"inputs": \{"/)
    assert.equal(after.profile, '{"num_records": 3}')
    assert.deepEqual(JSON.parse(after.schema), {
      inputs: { q: 'string', k: 'integer' },
      outputs: 'string',
      expectations: { answer: 'string', ok: 'boolean' },
      version: '1.0',
    })
    assert.ok(after.digest !== before.digest || after.last_update_time === before.last_update_time)
  })

  test('numbers come back as they were sent', async () => {
    const server = new TestServer(await open())
    const id = await makeDataset(server)
    const inputs = '{"f":1.0,"big":12345678901234567890,"e":1e3,"z":-0.0,"x":0.25,"nul":"a\\u0000b"}'
    const sent = await upsert(server, id, `[{"inputs":${inputs}},{"inputs":{"f":1}}]`)
    assert.deepEqual(sent.body, { inserted_count: 2, updated_count: 0 }, '1 and 1.0 are two inputs, as in Python')
    const { body } = await server.call('GET', `${ROOT}/${id}/records`)
    assert.ok(body.records.includes(`"inputs":${inputs}`), body.records)
    const merged = await upsert(server, id, `[{"inputs":{"f":1},"expectations":{"v":2.50}},{"inputs":{"f":1},"expectations":{"w":3.0}}]`)
    assert.deepEqual(merged.body, { inserted_count: 0, updated_count: 2 })
    assert.ok((await server.call('GET', `${ROOT}/${id}/records`)).body.records.includes('"expectations":{"v":2.50,"w":3.0}'))
    const { schema } = (await server.call('GET', `${ROOT}/${id}`)).body.dataset
    assert.deepEqual(JSON.parse(schema).inputs, { f: 'float', big: 'integer', e: 'float', z: 'float', x: 'float', nul: 'string' })
  })

  test('records are read in pages and deleted by id', async () => {
    const server = new TestServer(await open())
    const id = await makeDataset(server)
    await upsert(
      server,
      id,
      Array.from({ length: 5 }, (_, n) => ({ inputs: { n } })),
    )
    const seen: unknown[] = []
    let token = ''
    do {
      const page = await server.call('GET', `${ROOT}/${id}/records?max_results=2${token && `&page_token=${token}`}`)
      assert.equal(page.status, 200, page.text)
      const records = JSON.parse(page.body.records)
      assert.ok(records.length <= 2)
      seen.push(...records.map((record: { inputs: { n: number } }) => record.inputs.n))
      token = page.body.next_page_token ?? ''
    } while (token)
    assert.deepEqual(seen, [0, 1, 2, 3, 4])
    assert.equal((await server.call('GET', `${ROOT}/${id}/records?page_token=MTox`)).status, 400)
    const [first, second] = await recordsOf(server, id)
    const dataset_record_ids = [first?.dataset_record_id, second?.dataset_record_id, 'dr-none']
    const deleted = await server.call('DELETE', `${ROOT}/${id}/records`, { dataset_record_ids })
    assert.deepEqual(deleted.body, { deleted_count: 2 })
    assert.equal((await server.call('GET', `${ROOT}/${id}`)).body.dataset.profile, '{"num_records": 3}')
  })

  test('many records in one request are merged among themselves too', async () => {
    const server = new TestServer(await open())
    const id = await makeDataset(server)
    const records = Array.from({ length: 1200 }, (_, n) => ({ inputs: { n: n % 1100 }, expectations: { [`e${n}`]: n } }))
    assert.deepEqual((await upsert(server, id, records)).body, { inserted_count: 1100, updated_count: 100 })
    const stored = await recordsOf(server, id)
    assert.deepEqual(stored[0]?.expectations, { e0: 0, e1100: 1100 })
    assert.deepEqual([stored.length, stored[999]?.inputs], [1000, { n: 999 }])
    assert.equal((await server.call('GET', `${ROOT}/${id}`)).body.dataset.profile, '{"num_records": 1100}')
  })

  test('a page ends early when its records are long', async () => {
    const server = new TestServer(await open())
    const id = await makeDataset(server)
    for (const n of [1, 2, 3]) await upsert(server, id, [{ inputs: { n }, outputs: 'x'.repeat(9_000_000) }])
    const page = await server.call('GET', `${ROOT}/${id}/records`)
    assert.equal(JSON.parse(page.body.records).length, 1)
    assert.ok(page.body.next_page_token)
  })

  test('two writers of one dataset lose nothing', async () => {
    const server = new TestServer(await open())
    const id = await makeDataset(server)
    const writes = Array.from({ length: 8 }, (_, n) => upsert(server, id, [{ inputs: { q: 1 }, expectations: { [`e${n}`]: n } }]))
    const counts = (await Promise.all(writes)).map((answer) => answer.body.inserted_count)
    assert.deepEqual(counts.toSorted(), [0, 0, 0, 0, 0, 0, 0, 1])
    const [record] = await recordsOf(server, id)
    assert.equal(Object.keys(record?.expectations as object).length, 8)
    assert.equal((await server.call('GET', `${ROOT}/${id}`)).body.dataset.profile, '{"num_records": 1}')
  })

  for (const [what, records, phrase] of [
    ['text that is no JSON', '[NaN]', 'NaN and Infinity are no JSON'],
    ['an object', {}, 'a JSON array of records is needed'],
    ['a record that is a list', [[]], 'records[0]'],
    ['inputs that are a string', [{ inputs: 'x' }], 'records[0].inputs'],
    ['expectations that are a number', [{ inputs: {} }, { expectations: 1.0 }], 'records[1].expectations'],
    ['a source of an unknown type', [{ source: { source_type: 'GUESS' } }], 'Invalid dataset record source type'],
    ['nesting that is too deep', `[{"inputs":{"a":${'['.repeat(100)}${']'.repeat(100)}}}]`, 'nested'],
    ['nesting without end', '['.repeat(300_000), 'JSON'],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const server = new TestServer(await open())
      const answer = await upsert(server, await makeDataset(server), records)
      assert.equal(answer.status, 400, answer.text.slice(0, 200))
      assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE')
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
    })
  }

  test('refuses what is not there and what is too long', async () => {
    const server = new TestServer(await open())
    for (const [method, path, body] of [
      ['POST', 'd-none/records', { records: '[]' }],
      ['GET', 'd-none/records', undefined],
      ['DELETE', 'd-none/records', { dataset_record_ids: ['x'] }],
      ['PATCH', 'd-none/tags', { tags: '{"a":"b"}' }],
      ['GET', 'd-none/experiment-ids', undefined],
      ['POST', 'd-none/add-experiments', { experiment_ids: [] }],
    ] as const) {
      const answer = await server.call(method, `${ROOT}/${path}`, body)
      assert.equal(answer.status, 404, `${method} ${path}: ${answer.text}`)
    }
    for (const body of [
      {},
      { name: 'x'.repeat(501) },
      { name: 'x', tags: '[]' },
      { name: 'x', tags: '{"a":{}}' },
      { name: 'x', tags: '{' },
    ]) {
      const answer = await server.call('POST', `${ROOT}/create`, body)
      assert.equal(answer.status, 400, answer.text)
    }
  })
})
