import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpoints } from '../app.ts'
import { type As, serverWithAccounts } from '../testing/accounts.ts'
import { overEachDatabase } from '../testing/databases.ts'
import { type Answer, TestServer } from '../testing/server.ts'

const IN = (name: string) => ({ 'x-mlflow-workspace': name })

test('AZ-18 every route to a path of the artifact root puts it into the workspace', () => {
  const open = endpoints.filter(({ route, rooted }) => route.includes('/mlflow-artifacts/') && rooted === undefined)
  assert.deepEqual(
    open.map(({ route }) => route),
    [],
  )
})

overEachDatabase('AZ-18 The header X-MLFLOW-WORKSPACE', (open) => {
  async function start() {
    const server = new TestServer(await open(), { workspaces: true })
    for (const name of ['team-a', 'team-b']) await server.call('POST', '/api/3.0/mlflow/workspaces', { name })
    const made = await server.call('POST', '/api/2.0/mlflow/experiments/create', { name: 'e' }, IN('team-a'))
    assert.equal(made.status, 200, made.text)
    return { server, experiment_id: made.body.experiment_id as string }
  }

  for (const prefix of ['/api', '/ajax-api']) {
    test(`decides below ${prefix} what is there: another's, and what is nowhere, are the same 404`, async () => {
      const { server, experiment_id } = await start()
      const get = (id: string, headers: Record<string, string>): Promise<Answer> =>
        server.call('GET', `${prefix}/2.0/mlflow/experiments/get?experiment_id=${id}`, undefined, headers)
      assert.equal((await get(experiment_id, IN('team-a'))).status, 200)
      for (const headers of [{}, IN(''), IN(' default '), IN('team-b')] as Record<string, string>[]) {
        const answer = await get(experiment_id, headers)
        assert.equal(answer.status, 404, JSON.stringify(headers))
        assert.equal(answer.text, (await get('998', headers)).text.replace('998', experiment_id))
      }
      for (const [name, status] of [
        ['team-c', 404],
        ['TEAM-A', 400],
        ['team-a, team-a', 400],
        ['team-a/../team-b', 400],
      ] as const) {
        assert.equal((await get(experiment_id, IN(name))).status, status, name)
      }
    })
  }

  test('is one header: of two, none counts, in whatever order they come', async () => {
    const { server, experiment_id } = await start()
    const url = `/api/2.0/mlflow/experiments/get?experiment_id=${experiment_id}`
    for (const names of [
      ['team-a', 'team-b'],
      ['team-b', 'team-a'],
      ['team-a', 'team-a'],
    ]) {
      const answer = await server.app.inject({ method: 'GET', url, headers: { host: 'localhost:5000', 'x-mlflow-workspace': names } })
      assert.equal(answer.statusCode, 400, answer.body)
    }
  })

  test('lets two workspaces have one name, and each its own', async () => {
    const { server, experiment_id } = await start()
    const inB = await server.call('POST', '/api/2.0/mlflow/experiments/create', { name: 'e' }, IN('team-b'))
    assert.equal(inB.status, 200, inB.text)
    const byName = '/api/2.0/mlflow/experiments/get-by-name?experiment_name=e'
    assert.equal((await server.call('GET', byName, undefined, IN('team-a'))).body.experiment.experiment_id, experiment_id)
    assert.equal((await server.call('GET', byName, undefined, IN('team-b'))).body.experiment.experiment_id, inB.body.experiment_id)
    assert.equal((await server.call('GET', byName)).status, 404)
    for (const name of ['team-a', 'team-b']) {
      const search = await server.call('POST', '/api/2.0/mlflow/experiments/search', { max_results: 1 }, IN(name))
      assert.equal(search.body.experiments.length, 1)
      assert.equal(search.body.next_page_token, undefined, "another's are not counted into pages")
    }
  })

  test('keeps files apart: no path leads into the folder of another workspace', async () => {
    const { server, experiment_id } = await start()
    const at = (path: string) => `/api/2.0/mlflow-artifacts/artifacts/${path}`
    const own = `workspaces/team-a/${experiment_id}/f`
    assert.equal((await server.call('PUT', at(`${experiment_id}/f`), Buffer.from('of A'), IN('team-a'))).status, 200)
    assert.equal((await server.call('GET', at(own), undefined, IN('team-a'))).text, 'of A')
    for (const headers of [{}, IN('team-b'), IN('default')] as Record<string, string>[]) {
      for (const path of [own, own.replace('workspaces', 'Workspaces'), 'workspaces', 'workspaces/team-a', own.replace('/', '%2f')]) {
        for (const [method, body] of [['GET'], ['PUT', Buffer.from('x')], ['DELETE']] as const) {
          const answer = await server.call(method, at(path), body, headers)
          assert.ok(answer.status === 404 || answer.status === 400, `${method} ${path} ${JSON.stringify(headers)} ${answer.status}`)
        }
      }
    }
    assert.equal((await server.call('GET', at(own), undefined, IN('team-a'))).text, 'of A')
    const root = await server.call('GET', '/api/2.0/mlflow-artifacts/artifacts')
    assert.ok(!root.text.includes('workspaces'), root.text)
  })

  test('decides which webhooks are told', async () => {
    const { server } = await start()
    const hook = { name: 'w', url: 'https://example.com/', events: [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }] }
    const { body } = await server.call('POST', '/api/2.0/mlflow/webhooks', hook, IN('team-a'))
    const path = `/api/2.0/mlflow/webhooks/${body.webhook.webhook_id}`
    for (const headers of [{}, IN('team-b')] as Record<string, string>[]) {
      for (const method of ['GET', 'DELETE']) assert.equal((await server.call(method, path, undefined, headers)).status, 404)
      assert.deepEqual((await server.call('GET', '/api/2.0/mlflow/webhooks', undefined, headers)).body, { webhooks: [] })
    }
  })
})

overEachDatabase('AZ-18 Accounts in workspaces', (open) => {
  async function start() {
    const as = await serverWithAccounts(await open(), 'READ', ['anna', 'bob'], {}, { workspaces: true })
    const root = as('root')
    const ok = async (path: string, payload: object, headers = {}, who: As = root) => {
      const answer = await who.call('POST', path, payload, headers)
      assert.ok(answer.status < 300, answer.text)
      return answer.body
    }
    await ok('/api/3.0/mlflow/workspaces', { name: 'team-a' })
    const { role } = await ok('/api/3.0/mlflow/roles/create', { name: 'members', workspace: 'team-a' })
    const grant = { role_id: role.id, resource_type: 'workspace', resource_pattern: '*', permission: 'USE' }
    await ok('/api/3.0/mlflow/roles/permissions/add', grant)
    await ok('/api/3.0/mlflow/roles/assign', { username: 'anna', role_id: role.id })
    const { experiment_id } = await ok('/api/2.0/mlflow/experiments/create', { name: 'e' }, IN('team-a'))
    return { as, ok, experiment_id }
  }

  test('members read and make; to others the workspace is not there', async () => {
    const { as, ok, experiment_id } = await start()
    const path = `/api/2.0/mlflow/experiments/get?experiment_id=${experiment_id}`
    assert.equal((await as('anna').call('GET', path, undefined, IN('team-a'))).status, 200)
    await ok('/api/2.0/mlflow/experiments/create', { name: "anna's" }, IN('team-a'), as('anna'))
    const refused = await as('bob').call('GET', path, undefined, IN('team-a'))
    const nowhere = await as('bob').call('GET', path, undefined, IN('team-x'))
    assert.deepEqual([refused.status, refused.text.replace('team-a', '')], [404, nowhere.text.replace('team-x', '')])
    const listed = async (name: string) => (await as(name).call('GET', '/api/3.0/mlflow/workspaces')).body.workspaces.length
    assert.deepEqual([await listed('root'), await listed('anna'), await listed('bob')], [2, 1, 0])
    assert.equal((await as('bob').call('GET', '/api/3.0/mlflow/workspaces/team-a')).status, 404)
    assert.equal((await as('bob').call('POST', '/api/3.0/mlflow/workspaces', { name: 'own' })).status, 403)
  })

  test('what everyone may is what members may: in the default workspace it is nothing', async () => {
    const { as, ok } = await start()
    const { experiment_id } = await ok('/api/2.0/mlflow/experiments/create', { name: 'of default' })
    for (const name of ['anna', 'bob']) {
      assert.equal((await as(name).get(`experiments/get?experiment_id=${experiment_id}`)).status, 404)
      assert.equal((await as(name).post('experiments/create', { name })).status, 403)
      assert.deepEqual((await as(name).post('experiments/search', {})).body, { experiments: [] })
    }
  })
})
