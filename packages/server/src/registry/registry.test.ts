import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { overEachDatabase } from '../testing/databases.ts'
import { callRegistry, registryOf } from '../testing/registry.ts'
import { startRun } from '../testing/runs.ts'
import { TestServer } from '../testing/server.ts'

const S3 = 's3://bucket/model'

overEachDatabase('the model registry', (open) => {
  let server: TestServer
  let api: ReturnType<typeof registryOf>
  before(async () => {
    server = new TestServer(await open())
    api = registryOf(server)
  })
  const refusal = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, fields: Record<string, unknown>): Promise<string> => {
    const answers = [
      await callRegistry(server, '/api', method, path, fields),
      await callRegistry(server, '/ajax-api', method, path, fields),
    ]
    assert.deepEqual(answers[0]?.body, answers[1]?.body, 'both prefixes answer alike')
    return `${answers[0]?.status} ${answers[0]?.body.error_code} ${answers[0]?.body.message}`
  }
  const model = async (name: string): Promise<void> => void (await api.post('registered-models/create', { name }))
  const version = async (name: string, more: object = {}): Promise<string> =>
    (await api.post('model-versions/create', { name, source: S3, ...more })).model_version.version

  test('a model is made, read, described, renamed and deleted', async () => {
    const tags = [
      { key: 'k', value: '1' },
      { key: 'k', value: '2' },
      { key: 'empty', value: '' },
    ]
    const { registered_model } = await api.post('registered-models/create', { name: 'first', tags, description: 'd' })
    assert.deepEqual(registered_model.tags, [
      { key: 'empty', value: '' },
      { key: 'k', value: '2' },
    ])
    assert.deepEqual((await api.get('registered-models/get', { name: 'first' })).registered_model, registered_model)
    assert.match(
      await refusal('POST', 'registered-models/create', { name: 'first' }),
      /^400 RESOURCE_ALREADY_EXISTS Registered Model .+ already exists/,
    )
    await api.patch('registered-models/update', { name: 'first', description: 'e' })
    await version('first', { tags: [{ key: 'stays', value: 'x' }] })
    await api.post('registered-models/alias', { name: 'first', alias: 'live', version: '1' })
    await api.post('registered-models/rename', { name: 'first', new_name: 'second' })
    assert.match(
      await refusal('GET', 'registered-models/get', { name: 'first' }),
      /^404 RESOURCE_DOES_NOT_EXIST .*with name=first not found/,
    )
    const renamed = (await api.get('registered-models/get', { name: 'second' })).registered_model
    assert.deepEqual([renamed.description, renamed.aliases], ['e', [{ alias: 'live', version: '1' }]])
    assert.deepEqual(renamed.latest_versions[0].tags, [{ key: 'stays', value: 'x' }])
    assert.deepEqual(renamed.latest_versions[0].aliases, ['live'])
    await model('third')
    assert.match(await refusal('POST', 'registered-models/rename', { name: 'third', new_name: 'second' }), /^400 RESOURCE_ALREADY_EXISTS/)
    await api.delete('registered-models/delete', { name: 'second' })
    await model('second')
    const again = (await api.get('registered-models/get', { name: 'second' })).registered_model
    assert.deepEqual([again.tags, again.aliases, again.latest_versions], [[], [], []], 'the new model inherits nothing of the old')
  })

  test('names that another decoding would change are refused (DO-03)', async () => {
    for (const name of ['a/b', 'a%2Fb', 'm%20', 'a:b', ':', '..', '.', 'a\u0007', ' a', 'a ', '   ', '', 'e\u0301', 'x'.repeat(257)]) {
      assert.match(await refusal('POST', 'registered-models/create', { name }), /^400 INVALID_PARAMETER_VALUE/, name)
      assert.match(
        await refusal('POST', 'registered-models/rename', { name: 'third', new_name: name }),
        /^400 INVALID_PARAMETER_VALUE/,
        name,
      )
    }
    assert.match(await refusal('POST', 'registered-models/create', { name: 'a/b' }), /Names cannot contain '\/' or ':'/)
    await model('\u00e9')
    await model('M')
    await model('m')
  })

  test('numbers of versions are given once, and deleted ones are gone with their aliases', async () => {
    await model('numbered')
    assert.deepEqual([await version('numbered'), await version('numbered')], ['1', '2'])
    await api.post('registered-models/alias', { name: 'numbered', alias: 'live', version: '2' })
    await api.delete('model-versions/delete', { name: 'numbered', version: '2' })
    for (const [method, path] of [
      ['GET', 'model-versions/get'],
      ['PATCH', 'model-versions/update'],
      ['DELETE', 'model-versions/delete'],
    ] as const) {
      assert.match(
        await refusal(method, path, { name: 'numbered', version: '2' }),
        /^404 RESOURCE_DOES_NOT_EXIST Model Version .+ not found/,
      )
    }
    assert.match(await refusal('GET', 'registered-models/alias', { name: 'numbered', alias: 'live' }), /^400 .*alias live not found/)
    assert.equal(await version('numbered'), '3')
    const found = await api.get('model-versions/search', { filter: "name = 'numbered'", order_by: ['version_number ASC'] })
    assert.deepEqual(
      found.model_versions.map((one: { version: string }) => one.version),
      ['1', '3'],
    )
    assert.match(
      await refusal('GET', 'model-versions/get', { name: 'numbered', version: 'x' }),
      /Parameter 'version' must be an integer, got 'x'/,
    )
  })

  test('versions that are made at once get different numbers', async () => {
    await model('busy')
    const made = await Promise.all(Array.from({ length: 12 }, () => version('busy')))
    assert.deepEqual(
      made.map(Number).sort((a, b) => a - b),
      Array.from({ length: 12 }, (_, at) => at + 1),
    )
  })

  test('a stage is taken over, and who was there is archived if asked', async () => {
    await model('staged')
    for (let at = 0; at < 4; at++) await version('staged')
    const move = (number: string, stage: string, archive_existing_versions = false): Promise<unknown> =>
      api.post('model-versions/transition-stage', { name: 'staged', version: number, stage, archive_existing_versions })
    await move('1', 'production')
    await move('2', 'Production')
    await move('3', 'Production', true)
    const latest = async (fields: object): Promise<string> =>
      (await api.get('registered-models/get-latest-versions', { name: 'staged', ...fields })).model_versions
        .map((one: { current_stage: string; version: string }) => `${one.current_stage}:${one.version}`)
        .join(' ')
    assert.equal(await latest({}), 'None:4 Production:3 Archived:2')
    assert.equal(await latest({ stages: ['archived', 'Staging'] }), 'Archived:2')
    const posted = await api.post('registered-models/get-latest-versions', { name: 'staged', stages: ['None'] })
    assert.equal(posted.model_versions[0].version, '4')
    assert.match(
      await refusal('POST', 'model-versions/transition-stage', { name: 'staged', version: '1', stage: 'x' }),
      /^400 .*Invalid Model Version stage: x/,
    )
    const archived = { name: 'staged', version: '1', stage: 'Archived', archive_existing_versions: true }
    assert.match(await refusal('POST', 'model-versions/transition-stage', archived), /^400 .*not an Active stage/)
  })

  test('an alias points to one version, and "latest" to the newest', async () => {
    await model('aliased')
    assert.match(await refusal('GET', 'registered-models/alias', { name: 'aliased', alias: 'latest' }), /^404/)
    await version('aliased')
    await version('aliased')
    const at = async (alias: string): Promise<string> =>
      (await api.get('registered-models/alias', { name: 'aliased', alias })).model_version.version
    await api.post('registered-models/alias', { name: 'aliased', alias: 'a', version: '1' })
    assert.equal(await at('a'), '1')
    await api.post('registered-models/alias', { name: 'aliased', alias: 'a', version: '2' })
    assert.deepEqual([await at('a'), await at('LATEST')], ['2', '2'])
    await api.delete('registered-models/alias', { name: 'aliased', alias: 'a' })
    assert.match(await refusal('GET', 'registered-models/alias', { name: 'aliased', alias: 'a' }), /^400 INVALID_PARAMETER_VALUE/)
    for (const alias of ['latest', 'v1', 'V12', 'a b', 'a/b', '']) {
      assert.match(await refusal('POST', 'registered-models/alias', { name: 'aliased', alias, version: '1' }), /^400/, alias)
    }
    assert.match(await refusal('POST', 'registered-models/alias', { name: 'aliased', alias: 'ok', version: '9' }), /^404/)
  })

  test('tags are set, replaced and deleted', async () => {
    await model('tagged')
    await version('tagged')
    for (const [room, more] of [
      ['registered-models', {}],
      ['model-versions', { version: '1' }],
    ] as const) {
      const fields = { name: 'tagged', ...more }
      await api.post(`${room}/set-tag`, { ...fields, key: 'k', value: '1' })
      await api.post(`${room}/set-tag`, { ...fields, key: 'k', value: '' })
      const read = async (): Promise<unknown> =>
        Object.values(await api.get(`${room}/get`, fields)).map((one) => (one as { tags: unknown }).tags)
      assert.deepEqual(await read(), [[{ key: 'k', value: '' }]])
      await api.delete(`${room}/delete-tag`, { ...fields, key: 'k' })
      await api.delete(`${room}/delete-tag`, { ...fields, key: 'k' })
      assert.deepEqual(await read(), [[]])
      assert.match(await refusal('POST', `${room}/set-tag`, { ...fields, key: '../k', value: '' }), /^400/)
    }
  })

  test('a version knows its run and its logged model, whose files it sends', async () => {
    await model('from')
    const run_id = await startRun(server)
    const { artifact_uri } = (await server.get('runs/get', { run_id })).body.run.info
    const put = async (uri: string, text: string): Promise<void> => {
      const url = `/api/2.0/mlflow-artifacts/artifacts/${uri.replace('mlflow-artifacts:/', '')}/dir/f.txt`
      assert.equal((await server.call('PUT', url, Buffer.from(text))).status, 200)
    }
    await put(artifact_uri, 'of the run')
    const logged = (await server.post('logged-models', { experiment_id: '0', source_run_id: run_id })).body.model.info
    await put(logged.artifact_uri, 'of the model')
    const file = async (number: string, path: string): Promise<string> =>
      (await server.call('GET', `/model-versions/get-artifact?name=from&version=${number}&path=${path}`)).text
    assert.equal(await file(await version('from', { source: `runs:/${run_id}/dir`, run_id }), 'f.txt'), 'of the run')
    assert.equal(await file(await version('from', { source: `${artifact_uri}/dir`, run_id }), 'f.txt'), 'of the run')
    assert.equal(await file(await version('from', { source: artifact_uri, run_id }), 'dir/f.txt'), 'of the run')
    assert.equal(await file(await version('from', { source: `models:/${logged.model_id}` }), 'dir/f.txt'), 'of the model')
    assert.equal(await file(await version('from', { source: logged.artifact_uri, model_id: logged.model_id }), 'dir/f.txt'), 'of the model')
    assert.equal(await file(await version('from', { source: 'models:/from/1' }), 'f.txt'), 'of the run')
    const copy = (await api.get('model-versions/get', { name: 'from', version: '6' })).model_version
    assert.deepEqual([copy.source, copy.run_id], ['models:/from/1', run_id])
    assert.equal((await api.get('model-versions/get-download-uri', { name: 'from', version: '6' })).artifact_uri, `runs:/${run_id}/dir`)
    const by_model = (await api.get('model-versions/get', { name: 'from', version: '4' })).model_version
    assert.deepEqual([by_model.run_id, by_model.model_id], [run_id, logged.model_id])
    const { tags } = (await server.get(`logged-models/${logged.model_id}`)).body.model.info
    const names = '[{"name": "from", "version": 4}, {"name": "from", "version": 5}]'
    assert.deepEqual(tags, [{ key: 'mlflow.modelVersions', value: names }])
    const other = { name: 'from', source: `models:/${logged.model_id}`, model_id: 'm-other' }
    assert.match(await refusal('POST', 'model-versions/create', other), /^400 .*Invalid model version source/)
    const mismatch = { name: 'from', source: 'models:/from/1', run_id: 'other' }
    assert.match(await refusal('POST', 'model-versions/create', mismatch), /^400 .*Invalid model version source/)
    assert.match(await refusal('POST', 'model-versions/create', { name: 'from', source: 'models:/from/99' }), /^404/)
    assert.match(await refusal('POST', 'model-versions/create', { name: 'nothing', source: S3 }), /^404/)
  })

  test('an operator can allow some sources only', async () => {
    const strict = registryOf(new TestServer(await open(), { model_source_pattern: '^s3://mine/' }))
    await strict.post('registered-models/create', { name: 'm' })
    await strict.post('model-versions/create', { name: 'm', source: 's3://mine/x' })
    await assert.rejects(strict.post('model-versions/create', { name: 'm', source: 's3://other/x' }), /Invalid model version source/)
  })
})
