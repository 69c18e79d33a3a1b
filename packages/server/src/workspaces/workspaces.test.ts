import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../testing/databases.ts'
import { type Answer, TestServer } from '../testing/server.ts'
import { requireNothingOutside } from './outside.ts'

const PATH = '/api/3.0/mlflow/workspaces'

overEachDatabase('Workspaces', (open) => {
  async function start() {
    const server = new TestServer(await open(), { workspaces: true })
    const call = (method: string, name = '', payload?: unknown): Promise<Answer> =>
      server.call(method, `${PATH}${name && `/${name}`}`, payload)
    return { server, call }
  }

  test('are made, listed by name, changed and deleted as MLflow does', async () => {
    const { server, call } = await start()
    const made = await call('POST', '', { name: 'team-b', description: 'B', default_artifact_root: 'mlflow-artifacts:/b' })
    assert.equal(made.status, 201, made.text)
    assert.deepEqual(made.body, { workspace: { name: 'team-b', description: 'B', default_artifact_root: 'mlflow-artifacts:/b' } })
    await call('POST', '', { name: 'team-a', trace_archival_config: { retention: '30d' } })
    const { body } = await call('GET')
    assert.deepEqual(
      body.workspaces.map(({ name }: { name: string }) => name),
      ['default', 'team-a', 'team-b'],
    )
    assert.deepEqual((await call('GET', 'team-a')).body.workspace, { name: 'team-a', trace_archival_config: { retention: '30d' } })
    const changed = await call('PATCH', 'team-b', { description: '', default_artifact_root: '' })
    assert.deepEqual(changed.body, { workspace: { name: 'team-b', description: '' } })
    assert.equal((await call('PATCH', 'default', { description: 'ours' })).body.workspace.description, 'ours')
    const deleted = await call('DELETE', 'team-b')
    assert.deepEqual([deleted.status, deleted.text], [204, ''])
    assert.equal((await call('GET', 'team-b')).status, 404)
    const ajax = await server.call('GET', '/ajax-api/3.0/mlflow/workspaces')
    assert.equal(ajax.body.workspaces.length, 2)
    assert.equal((await server.call('GET', '/api/3.0/mlflow/server-info')).body.workspaces_enabled, true)
  })

  for (const [what, method, name, payload, status, phrase] of [
    ['a name that is taken', 'POST', '', { name: 'there' }, 400, "Workspace 'there' already exists"],
    ['the default one again', 'POST', '', { name: 'default' }, 400, "The 'default' workspace is reserved and cannot be created"],
    ['a name of one letter', 'POST', '', { name: 'a' }, 400, 'must be between 2 and 63 characters'],
    ['a name of 64 letters', 'POST', '', { name: 'a'.repeat(64) }, 400, 'must be between 2 and 63 characters'],
    ['a capital', 'POST', '', { name: 'Team' }, 400, 'must match the pattern'],
    ['a hyphen at the end', 'POST', '', { name: 'team-' }, 400, 'must match the pattern'],
    ['a path for a name', 'POST', '', { name: '../a' }, 400, 'must match the pattern'],
    ['a line break at the end', 'POST', '', { name: 'team\n' }, 400, 'must match the pattern'],
    ['a reserved name', 'POST', '', { name: 'workspaces' }, 400, 'is reserved'],
    ['no name', 'POST', '', {}, 400, "Missing value for required parameter 'name'"],
    ['a root that is relative', 'POST', '', { name: 'new', default_artifact_root: 'here' }, 400, 'Expected a URI or an absolute path'],
    ['a root elsewhere', 'POST', '', { name: 'new', default_artifact_root: 's3://other/x' }, 400, 'none of the artifact roots'],
    ['a root that is not ours', 'POST', '', { name: 'new', default_artifact_root: '/etc' }, 400, 'none of the artifact roots'],
    ["another's folder", 'POST', '', { name: 'new', default_artifact_root: 'mlflow-artifacts:/workspaces/there' }, 400, 'workspaces have'],
    ['the folder of all', 'PATCH', 'there', { default_artifact_root: 'mlflow-artifacts:/workspaces' }, 400, 'workspaces have'],
    ['a retention', 'POST', '', { name: 'new', trace_archival_config: { retention: '1y' } }, 400, 'trace_archival_config.retention'],
    ['nothing to change', 'PATCH', 'there', {}, 400, 'at least one key'],
    ['one that is not there', 'PATCH', 'new', { description: '' }, 404, "Workspace 'new' not found"],
    ['one that is not there', 'GET', 'new', undefined, 404, "Workspace 'new' not found"],
    ['one that is not there', 'DELETE', 'new', undefined, 404, "Workspace 'new' not found"],
    ['the default one', 'DELETE', 'default', undefined, 400, "The 'default' workspace is reserved and cannot be deleted"],
    ['by a mode that is none', 'DELETE', 'there?mode=ALL', undefined, 400, "Invalid deletion mode 'ALL'"],
  ] as const) {
    test(`${method} refuses ${what}: ${phrase}`, async () => {
      const { call } = await start()
      await call('POST', '', { name: 'there' })
      const answer = await call(method, name, payload)
      assert.equal(answer.status, status, answer.text)
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
    })
  }

  async function filled() {
    const { server, call } = await start()
    await call('POST', '', { name: 'team-a' })
    const inA = { 'x-mlflow-workspace': 'team-a' }
    const post = async (path: string, payload: object, headers: Record<string, string> = inA, version = '2.0') => {
      const answer = await server.call('POST', `/api/${version}/mlflow/${path}`, payload, headers)
      assert.equal(answer.status, 200, answer.text)
      return answer.body
    }
    const { experiment_id } = await post('experiments/create', { name: 'e' })
    const { run_id } = (await post('runs/create', { experiment_id })).run.info
    await post('registered-models/create', { name: 'm' })
    await post('datasets/create', { name: 'd', experiment_ids: [experiment_id] }, inA, '3.0')
    await post('webhooks', { name: 'w', url: 'https://example.com/', events: [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }] })
    return { server, call, post, inA, experiment_id, run_id }
  }

  test('are not deleted while something is in them, unless it is said what becomes of it', async () => {
    const { call } = await filled()
    const refused = await call('DELETE', 'team-a')
    assert.equal(refused.status, 409)
    for (const what of ['1 registered models', '1 experiments', '1 evaluation datasets', '1 webhooks']) {
      assert.ok(refused.body.message.includes(what), refused.body.message)
    }
    assert.equal((await call('GET', 'team-a')).status, 200)
  })

  test('are deleted with what is in them: a workspace of the same name, made later, has none of it', async () => {
    const { server, call, inA, experiment_id, run_id } = await filled()
    assert.equal((await call('DELETE', 'team-a?mode=CASCADE')).status, 204)
    assert.equal((await server.call('POST', '/api/2.0/mlflow/experiments/search', {}, inA)).status, 404)
    assert.equal((await call('POST', '', { name: 'team-a' })).status, 201)
    const search = await server.call('POST', '/api/2.0/mlflow/experiments/search', { view_type: 'ALL' }, inA)
    assert.deepEqual(search.body, { experiments: [] })
    for (const path of [`experiments/get?experiment_id=${experiment_id}`, `runs/get?run_id=${run_id}`, 'registered-models/get?name=m']) {
      assert.equal((await server.call('GET', `/api/2.0/mlflow/${path}`, undefined, inA)).status, 404, path)
      assert.equal((await server.call('GET', `/api/2.0/mlflow/${path}`)).status, 404, path)
    }
    assert.deepEqual((await server.call('GET', '/api/2.0/mlflow/webhooks', undefined, inA)).body, { webhooks: [] })
  })

  test('leave what is in them to the default one, unless a name is taken there', async () => {
    const { server, call, post, experiment_id, run_id } = await filled()
    await post('experiments/create', { name: 'e' }, {})
    const refused = await call('DELETE', 'team-a?mode=SET_DEFAULT')
    assert.equal(refused.status, 409)
    assert.ok(refused.body.message.includes("experiment 'e'"), refused.body.message)
    await post('experiments/update', { experiment_id, new_name: 'of A' })
    assert.equal((await call('DELETE', 'team-a?mode=SET_DEFAULT')).status, 204)
    const got = await server.get('runs/get', { run_id })
    assert.equal(got.status, 200, got.text)
    assert.equal((await server.get('experiments/get-by-name', { experiment_name: 'of A' })).body.experiment.experiment_id, experiment_id)
    assert.equal((await server.get('registered-models/get', { name: 'm' })).status, 200)
    const { artifact_uri } = got.body.run.info
    const folder = String(artifact_uri).replace('mlflow-artifacts:/', '')
    const put = await server.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/${folder}/f`, Buffer.from('bytes'))
    assert.equal(put.status, 200, put.text)
  })
})

overEachDatabase('A server without workspaces', (open) => {
  test('does not start on what is in others than the default one', async () => {
    const db = await open()
    await requireNothingOutside(db.reader)
    const server = new TestServer(db, { workspaces: true })
    await server.call('POST', PATH, { name: 'team-a' })
    await server.call('POST', '/api/2.0/mlflow/registered-models/create', { name: 'm' })
    await requireNothingOutside(db.reader)
    await server.call('POST', '/api/2.0/mlflow/registered-models/create', { name: 'm' }, { 'x-mlflow-workspace': 'team-a' })
    await assert.rejects(requireNothingOutside(db.reader), /Cannot disable workspaces/)
  })

  test('has only the default one, and says so', async () => {
    const server = new TestServer(await open())
    const list = await server.call('GET', PATH)
    assert.deepEqual([list.status, list.body.error_code], [404, 'ENDPOINT_NOT_FOUND'])
    const search = (workspace: string) => server.call('POST', '/api/2.0/mlflow/experiments/search', {}, { 'x-mlflow-workspace': workspace })
    const refused = await search('team-a')
    assert.deepEqual([refused.status, refused.body.error_code], [400, 'FEATURE_DISABLED'])
    assert.equal((await search('default')).status, 200)
    assert.equal((await search('  ')).status, 200)
    assert.equal((await server.call('GET', '/api/3.0/mlflow/server-info')).body.workspaces_enabled, false)
  })
})
