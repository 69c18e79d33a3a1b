import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { endpoints } from '../app.ts'
import type { Database } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { openSqlite } from '../db/sqlite.ts'
import { TestServer } from '../testing/server.ts'
import { addressOf } from '../testing/urls.ts'
import { ALL, type Authority, NOBODY } from './access.ts'
import type { Resource } from './endpoint.ts'
import { ApiError } from './errors.ts'
import { pathsOf } from './pipeline.ts'

const NOBODY_MAY: Authority = { identify: () => ({ ...NOBODY, user: 'bob' }), permits: () => false, visible: () => ALL }
const STRANGER: Authority = {
  identify() {
    throw new ApiError('UNAUTHENTICATED', 'Sign in.')
  },
  permits: () => true,
  visible: () => ALL,
}

describe('an authority that is plugged in is asked on every route, under both prefixes', () => {
  let db: Database
  let toStranger: TestServer
  let toNobody: TestServer
  before(async () => {
    db = openSqlite(':memory:')
    await migrate(db)
    toStranger = new TestServer(db, {}, { authority: STRANGER })
    toNobody = new TestServer(db, {}, { authority: NOBODY_MAY })
  })
  for (const endpoint of endpoints) {
    const method = endpoint.route.split(' ')[0] as string
    const body = method === 'GET' || method === 'DELETE' ? undefined : {}
    for (const path of pathsOf(endpoint.route, '')) {
      const url = addressOf(path)
      test(`${method} ${path}`, async () => {
        const isPublic = 'public' in endpoint.access
        const unknown = await toStranger.call(method, url, body)
        assert.equal(unknown.status === 401, !isPublic, unknown.text)
        const refused = await toNobody.call(method, url, body)
        // What the input lacks is told before who may: the thing is named by the input.
        if ('permission' in endpoint.access) assert.ok([400, 403].includes(refused.status), refused.text)
        else assert.notEqual(refused.status, 403)
      })
    }
  }

  test('it learns who asks, for what, and the handler does not run when it says no', async () => {
    const asked: [string, string, readonly Resource[]][] = []
    let answer = true
    const authority: Authority = {
      identify: ({ headers }) => ({ ...NOBODY, user: String(headers['x-test-user']) }),
      permits(caller, permission, resources) {
        asked.push([caller.user, permission, resources])
        return answer
      },
      visible: () => ALL,
    }
    const server = new TestServer(db, {}, { authority })
    const as = { 'x-test-user': 'alice' }
    const made = await server.call('POST', '/api/2.0/mlflow/experiments/create', { name: 'hers' }, as)
    assert.equal(made.status, 200, made.text)
    answer = false
    const { experiment_id } = made.body
    const url = '/api/2.0/mlflow/experiments/delete'
    const refused = await server.call('POST', url, { experiment_id }, as)
    assert.equal(refused.status, 403)
    assert.equal(refused.body.error_code, 'PERMISSION_DENIED')
    answer = true
    const got = await server.call('GET', `/api/2.0/mlflow/experiments/get?experiment_id=${experiment_id}`, undefined, as)
    assert.equal(got.body.experiment.lifecycle_stage, 'active')
    assert.deepEqual(
      asked.map(([user]) => user),
      ['alice', 'alice', 'alice'],
    )
    assert.deepEqual(asked.map(([, permission]) => permission)[2], 'read')
    assert.deepEqual(asked[2]?.[2], [{ experiment: experiment_id }])
  })
})
