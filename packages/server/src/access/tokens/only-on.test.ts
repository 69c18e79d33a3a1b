import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../db/database.ts'
import { addPerson } from '../../testing/accounts.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { type Answer, TestServer } from '../../testing/server.ts'
import { addAccount } from '../account-store.ts'
import { startLogin } from '../start.ts'
import { addToken } from '../token-store.ts'

const PASSWORD = 'grey-otter-41-lantern'
const admin = { authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}` }
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

async function place(db: Database) {
  await addPerson(db, 'admin', PASSWORD, true)
  const { authority } = await startLogin(db, { default_permission: 'NO_PERMISSIONS', admin_username: 'admin' })
  const server = new TestServer(db, {}, { authority })
  const call = (as: Record<string, string>, method: string, path: string, body?: unknown): Promise<Answer> =>
    server.call(method, `/api/2.0/${path}`, body, as)
  const made = async (as: Record<string, string>, path: string, body: object) => {
    const answer = await call(as, 'POST', path, body)
    assert.equal(answer.status, 200, answer.text)
    return answer.body
  }
  const person = async (name: string): Promise<Record<string, string>> =>
    bearer(
      (
        await db.write(async (tx) => {
          const { id } = await addAccount(tx, name, null, 1)
          return addToken(tx, id, { name: 'test', scope: 'manage', expires_ms: null }, 1)
        })
      ).secret,
    )
  const experiment = async (as: Record<string, string>, name: string): Promise<string> =>
    (await made(as, 'mlflow/experiments/create', { name })).experiment_id
  return { call, made, person, experiment }
}

overEachDatabase('AZ-16 tokens for some things only', (open) => {
  test('reach what they name and what hangs on it; all else is not there for them, nor is anything of the account', async () => {
    const { call, made, person, experiment } = await place(await open())
    const alice = await person('alice')
    const [inside, aside] = [await experiment(alice, 'inside'), await experiment(alice, 'aside')]
    for (const name of ['m', 'n']) await made(alice, 'mlflow/registered-models/create', { name })
    const terms = { name: 'ci', scope: 'manage', experiment_ids: [inside], registered_models: ['m'] }
    const { secret, token } = await made(alice, 'millrace/tokens/create', terms)
    assert.deepEqual([token.experiment_ids, token.registered_models], [[inside], ['m']])
    const listed = (await call(alice, 'GET', 'millrace/tokens/list')).body.tokens
    assert.deepEqual(
      listed.map((one: Record<string, unknown>) => [one.name, one.experiment_ids, one.registered_models]),
      [
        ['test', undefined, undefined],
        ['ci', [inside], ['m']],
      ],
    )
    const by = bearer(secret)
    const { run } = await made(by, 'mlflow/runs/create', { experiment_id: inside })
    const other = (await made(alice, 'mlflow/runs/create', { experiment_id: aside })).run.info.run_id
    assert.equal((await call(by, 'GET', `mlflow/runs/get?run_id=${run.info.run_id}`)).status, 200)
    const [hidden, free] = [
      await call(by, 'GET', `mlflow/runs/get?run_id=${other}`),
      await call(by, 'GET', 'mlflow/runs/get?run_id=nothing'),
    ]
    assert.deepEqual([hidden.status, free.status], [404, 404])
    assert.equal(hidden.text.replace(other, 'nothing'), free.text)
    const found = await made(by, 'mlflow/experiments/search', { max_results: 10 })
    assert.deepEqual(
      found.experiments.map(({ name }: { name: string }) => name),
      ['inside'],
    )
    const models = (await call(by, 'GET', 'mlflow/registered-models/search')).body.registered_models
    assert.deepEqual(
      models.map(({ name }: { name: string }) => name),
      ['m'],
    )
    assert.equal((await made(by, 'mlflow/runs/search', { experiment_ids: [inside, aside] })).runs.length, 1)
    for (const [method, path, body] of [
      ['POST', 'mlflow/experiments/create', { name: 'more' }],
      ['POST', 'mlflow/registered-models/create', { name: 'more' }],
      ['POST', 'millrace/tokens/create', { name: 'wider', expires_in_s: 60 }],
      ['GET', 'millrace/tokens/list', undefined],
      ['GET', 'millrace/sessions/list', undefined],
      ['POST', 'millrace/tokens/revoke', { token_id: token.token_id }],
      ['PATCH', 'mlflow/users/update-password', { username: 'alice', password: 'seven tall maples 9' }],
    ] as const) {
      assert.equal((await call(by, method, path, body)).status, 403, path)
    }
    assert.equal((await call(by, 'GET', 'mlflow/users/current')).body.user.username, 'alice')
  })

  test('an admin’s is no admin’s, and does to what it names whatever its scope says', async () => {
    const { call, made, experiment } = await place(await open())
    const [inside, aside] = [await experiment(admin, 'inside'), await experiment(admin, 'aside')]
    const narrowed = async (scope: string) =>
      bearer((await made(admin, 'millrace/tokens/create', { name: scope, scope, experiment_ids: [inside] })).secret)
    const [read, manage] = [await narrowed('read'), await narrowed('manage')]
    assert.equal((await call(read, 'GET', 'mlflow/users/current')).body.user.is_admin, false)
    assert.equal((await call(read, 'POST', 'mlflow/runs/create', { experiment_id: inside })).status, 403)
    assert.equal((await call(manage, 'POST', 'mlflow/runs/create', { experiment_id: inside })).status, 200)
    assert.equal((await call(manage, 'POST', 'mlflow/experiments/delete', { experiment_id: aside })).status, 404)
    for (const path of ['mlflow/users/list', 'mlflow/webhooks', 'millrace/audit-log', 'millrace/quotas/list', 'millrace/groups']) {
      assert.equal((await call(manage, 'GET', path)).status, 403, path)
    }
    assert.deepEqual((await call(manage, 'GET', 'mlflow/registered-models/search')).body.registered_models ?? [], [])
    assert.equal((await call(manage, 'POST', 'mlflow/experiments/delete', { experiment_id: inside })).status, 200)
  })

  test('name what their maker may see, by what it is and not by its name, and never more than the account may', async () => {
    const { call, made, person, experiment } = await place(await open())
    const [alice, bob] = [await person('alice'), await person('bob')]
    const own = await experiment(alice, 'own')
    const ask = (body: object) => call(bob, 'POST', 'millrace/tokens/create', { name: 'n', ...body })
    const [hidden, free] = [await ask({ experiment_ids: [own] }), await ask({ experiment_ids: ['987654'] })]
    assert.deepEqual([hidden.status, free.status], [404, 404])
    assert.equal(hidden.text.replace(own, '987654'), free.text)
    for (const bad of [{ experiment_ids: [] }, { registered_models: [''] }]) assert.equal((await ask(bad)).status, 400)

    await made(alice, 'mlflow/registered-models/create', { name: 'm' })
    const { secret } = await made(alice, 'millrace/tokens/create', { name: 'n', scope: 'read', registered_models: ['m'] })
    const by = bearer(secret)
    assert.equal((await call(by, 'GET', 'mlflow/registered-models/get?name=m')).status, 200)
    await call(alice, 'DELETE', 'mlflow/registered-models/delete', { name: 'm' })
    await made(alice, 'mlflow/registered-models/create', { name: 'm' })
    assert.equal((await call(by, 'GET', 'mlflow/registered-models/get?name=m')).status, 404)

    const shared = await experiment(admin, 'shared')
    await made(admin, 'mlflow/experiments/permissions/create', { experiment_id: shared, username: 'bob', permission: 'READ' })
    const bobs = bearer((await made(bob, 'millrace/tokens/create', { name: 'n', scope: 'manage', experiment_ids: [shared] })).secret)
    assert.equal((await call(bobs, 'GET', `mlflow/experiments/get?experiment_id=${shared}`)).status, 200)
    assert.equal((await call(bobs, 'POST', 'mlflow/runs/create', { experiment_id: shared })).status, 403)
    await call(admin, 'DELETE', 'mlflow/experiments/permissions/delete', { experiment_id: shared, username: 'bob' })
    assert.equal((await call(bobs, 'GET', `mlflow/experiments/get?experiment_id=${shared}`)).status, 404)
  })
})
