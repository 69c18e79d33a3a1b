import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, query } from '../../db/handles.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { TestServer } from '../../testing/server.ts'
import { findModel, loggedModelLocation, setModelTags } from './index.ts'

const ROOT = '/api/2.0/mlflow/logged-models'

async function makeExperiment(server: TestServer): Promise<string> {
  return (await server.post('experiments/create', { name: 'e' })).body.experiment_id
}

async function makeModel(server: TestServer, experiment_id: string, fields: object = {}): Promise<string> {
  const made = await server.post('logged-models', { experiment_id, ...fields })
  assert.equal(made.status, 200, made.text)
  return made.body.model.info.model_id
}

overEachDatabase('logged models', (open) => {
  test('a model is made, finalized, tagged, deleted, and still there for who asks', async () => {
    const db = await open()
    const server = new TestServer(db)
    const experiment_id = await makeExperiment(server)
    const params = [
      { key: 'lr', value: '0.1' },
      { key: 'é'.repeat(500), value: 'as autologging sends it' },
    ]
    const tags = [
      { key: 'b', value: 'old' },
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ]
    const made = (await server.post('logged-models', { experiment_id, name: 'net', model_type: 'LLM', source_run_id: '123', params, tags }))
      .body.model
    const { model_id, creation_timestamp_ms, last_updated_timestamp_ms, ...info } = made.info
    assert.match(model_id, /^m-[0-9a-f]{32}$/)
    assert.equal(creation_timestamp_ms, last_updated_timestamp_ms)
    assert.deepEqual(info, {
      experiment_id,
      name: 'net',
      artifact_uri: `mlflow-artifacts:/${experiment_id}/models/${model_id}/artifacts`,
      status: 'LOGGED_MODEL_PENDING',
      model_type: 'LLM',
      source_run_id: '123',
      tags: [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ],
    })
    assert.deepEqual(made.data, { params, metrics: [] })
    assert.equal(await loggedModelLocation(db.reader, model_id), info.artifact_uri)

    const ready = await server.call('PATCH', `${ROOT}/${model_id}`, { model_id, status: 'LOGGED_MODEL_READY' })
    assert.equal(ready.body.model.info.status, 'LOGGED_MODEL_READY')
    const failed = await server.call('PATCH', `${ROOT}/${model_id}`, { status: 3 })
    assert.equal(failed.body.model.info.status, 'LOGGED_MODEL_UPLOAD_FAILED')
    await server.call('PATCH', `${ROOT}/${model_id}/tags`, { tags: [{ key: 'a', value: 'x' }] })
    assert.equal((await server.call('DELETE', `${ROOT}/${model_id}/tags/b`)).status, 200)
    const again = await server.call('DELETE', `${ROOT}/${model_id}/tags/b`)
    assert.equal(again.status, 404)
    assert.match(again.body.message, /No tag with key/)
    await db.write(async (tx) => setModelTags(tx, await findModel(tx, model_id), [{ key: 'mlflow.modelVersions', value: '[]' }]))
    const tagged = (await server.call('GET', `${ROOT}/${model_id}`)).body.model.info.tags
    assert.deepEqual(tagged, [
      { key: 'a', value: 'x' },
      { key: 'mlflow.modelVersions', value: '[]' },
    ])

    assert.equal((await server.call('DELETE', `${ROOT}/${model_id}`)).status, 200)
    const gone = await server.call('GET', `${ROOT}/${model_id}`)
    assert.equal(gone.status, 404)
    assert.equal(gone.body.error_code, 'RESOURCE_DOES_NOT_EXIST')
    assert.match(gone.body.message, /not found/)
    await assert.rejects(async () => loggedModelLocation(db.reader, model_id), /not found/)
    assert.equal((await server.call('GET', `${ROOT}/${model_id}?allow_deleted=true`)).body.model.info.name, 'net')
    const found = await server.post('logged-models/search', { experiment_ids: [experiment_id] })
    assert.deepEqual(found.body, { models: [] })
  })

  test('a deleted model is restored with all that it had; one that is being removed for good, or never was, is not', async () => {
    const db = await open()
    const server = new TestServer(db)
    const experiment_id = await makeExperiment(server)
    const model_id = await makeModel(server, experiment_id, { name: 'net', params: [{ key: 'a', value: '1' }] })
    const restore = (id: string) => server.call('POST', '/api/2.0/millrace/logged-models/restore', { model_id: id })
    await server.call('DELETE', `${ROOT}/${model_id}`)
    assert.equal((await restore(model_id)).status, 200)
    assert.deepEqual((await server.call('GET', `${ROOT}/${model_id}`)).body.model.data.params, [{ key: 'a', value: '1' }])
    const { last_updated_timestamp_ms } = (await server.call('GET', `${ROOT}/${model_id}`)).body.model.info
    assert.equal((await restore(model_id)).status, 200)
    assert.equal((await server.call('GET', `${ROOT}/${model_id}`)).body.model.info.last_updated_timestamp_ms, last_updated_timestamp_ms)
    assert.equal((await restore('m-none')).status, 404)
    await server.call('DELETE', `${ROOT}/${model_id}`)
    await db.write(async (tx) => tx.run(command("update logged_model set model_id = 'purging:' || model_id")))
    assert.equal((await restore(`purging:${model_id}`)).status, 404)
  })

  test('a model without a name is given one', async () => {
    const server = new TestServer(await open())
    const model_id = await makeModel(server, await makeExperiment(server), { name: '' })
    assert.match((await server.call('GET', `${ROOT}/${model_id}`)).body.model.info.name, /^\w+-\w+-\d+$/)
  })

  test('params are added, and never change', async () => {
    const server = new TestServer(await open())
    const model_id = await makeModel(server, await makeExperiment(server), { params: [{ key: 'a', value: '1' }] })
    const log = (...params: object[]) => server.call('POST', `${ROOT}/${model_id}/params`, { params })
    assert.equal((await log({ key: 'a', value: '1' }, { key: 'b', value: '2' })).status, 200)
    for (const params of [
      [
        { key: 'c', value: '3' },
        { key: 'a', value: '2' },
      ],
      [
        { key: 'c', value: '3' },
        { key: 'c', value: '4' },
      ],
    ]) {
      const changed = await log(...params)
      assert.equal(changed.status, 400)
      assert.match(changed.body.message, /Changing param values is not allowed: param '[ac]'/)
    }
    assert.deepEqual((await server.call('GET', `${ROOT}/${model_id}`)).body.model.data.params, [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ])
  })

  for (const name of ['a/b', 'a:b', 'a.b', 'a%b', 'a"b', "a'b", 'n'.repeat(501)]) {
    test(`refuses the name ${name.slice(0, 10)}`, async () => {
      const server = new TestServer(await open())
      const refused = await server.post('logged-models', { experiment_id: await makeExperiment(server), name })
      assert.equal(refused.status, 400)
      assert.match(refused.body.message, name.length > 500 ? /maximum length of 500/ : /Invalid model name/)
    })
  }

  test('refuses what is not there and what makes no sense', async () => {
    const server = new TestServer(await open())
    const experiment_id = await makeExperiment(server)
    const model_id = await makeModel(server, experiment_id)
    for (const [method, path, body, status] of [
      ['POST', '', { experiment_id: '987654' }, 404],
      ['POST', '', {}, 400],
      ['POST', '', { experiment_id, params: [{ value: 'x' }] }, 400],
      ['GET', '/m-none', undefined, 404],
      ['PATCH', '/m-none', { status: 2 }, 404],
      ['DELETE', '/m-none', undefined, 404],
      ['PATCH', '/m-none/tags', { tags: [] }, 404],
      ['DELETE', '/m-none/tags/x', undefined, 404],
      ['POST', '/m-none/params', { params: [] }, 404],
      ['PATCH', `/${model_id}`, { status: 'READY' }, 400],
      ['PATCH', `/${model_id}`, { status: 0 }, 400],
      ['PATCH', `/${model_id}`, {}, 400],
      ['PATCH', `/${model_id}/tags`, { tags: [{ key: 'k'.repeat(501), value: '' }] }, 400],
    ] as const) {
      const answer = await server.call(method, ROOT + path, body)
      assert.equal(answer.status, status, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`)
    }
  })

  test('models go with their experiment', async () => {
    const db = await open()
    const server = new TestServer(db)
    const pairs = [{ key: 'a', value: '1' }]
    await makeModel(server, await makeExperiment(server), { params: pairs, tags: pairs })
    await db.write(async (tx) => tx.run(command("delete from experiment where name = 'e'")))
    for (const table of ['logged_model', 'logged_model_param', 'logged_model_tag']) {
      assert.equal((await db.reader.all(query(`select 1 from ${table}`))).length, 0)
    }
  })
})
