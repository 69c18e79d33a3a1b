// Three servers on one PostgreSQL: what is taken away on one is gone there at once, and on the others within a second.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { postgresUri } from '../packages/server/src/testing/databases.ts'
import { type StartedServer, startMillrace } from './server.ts'

const ADMIN = 'grey-otter-41-lantern'
const PASSWORD = 'seven tall maples 9'
const NOTICED_MS = 1_000
const database = `rights_${randomBytes(6).toString('hex')}`
const servers: StartedServer[] = []

before(async () => {
  const { host, username, password } = new URL(postgresUri())
  const admin = new pg.Client({ connectionString: postgresUri() })
  await admin.connect()
  await admin.query(`create database ${database}`)
  await admin.end()
  const uri = `postgresql://${username}@${host}/${database}`
  const env = { PGPASSWORD: password, MILLRACE_ADMIN_PASSWORD: ADMIN }
  // The first makes the tables and the admin.
  for (let at = 0; at < 3; at++) servers.push(await startMillrace(['--auth', '--backend-store-uri', uri], { env }))
})
after(async () => {
  for (const server of servers) await server.stop()
  const admin = new pg.Client({ connectionString: postgresUri() })
  await admin.connect()
  await admin.query(`drop database ${database} with (force)`)
  await admin.end()
})

const basic = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

async function call(at: number, name: string, method: string, path: string, body?: object) {
  const headers = { authorization: basic(name, name === 'admin' ? ADMIN : PASSWORD), ...(body && { 'content-type': 'application/json' }) }
  const answer = await fetch(`${servers[at]?.url}/api/${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  return { status: answer.status, body: JSON.parse(await answer.text()) }
}

async function admin(method: string, path: string, body?: object) {
  const answer = await call(0, 'admin', method, path, body)
  assert.equal(answer.status, 200, `${path} ${JSON.stringify(answer.body)}`)
  return answer.body
}

/** What the servers answer to bob. */
const asked = (path: string, body?: object) =>
  Promise.all(servers.map(async (_, at) => (await call(at, 'bob', body ? 'POST' : 'GET', path, body)).status))

test('a right counts on every server as soon as it is given; one taken back is gone there at once, elsewhere within a second', async () => {
  await admin('POST', '2.0/mlflow/users/create', { username: 'bob', password: PASSWORD })
  const { experiment_id } = await admin('POST', '2.0/mlflow/experiments/create', { name: 'e' })
  const { role } = await admin('POST', '3.0/mlflow/roles/create', { name: 'editors', workspace: 'default' })
  const role_id = role.id
  const permission = { role_id, resource_type: 'experiment', resource_pattern: experiment_id, permission: 'EDIT' }
  await admin('POST', '3.0/mlflow/roles/permissions/add', permission)
  await admin('POST', '2.0/millrace/groups', { name: 'team' })
  await admin('POST', '2.0/millrace/groups/team/roles', { role_id })
  const tag = () => asked('2.0/mlflow/experiments/set-experiment-tag', { experiment_id, key: 'k', value: 'v' })
  assert.deepEqual(await tag(), [403, 403, 403])

  const grant = { experiment_id, username: 'bob' }
  const direct = '2.0/mlflow/experiments/permissions'
  for (const [give, takeBack] of [
    [
      () => admin('POST', '3.0/mlflow/roles/assign', { role_id, username: 'bob' }),
      () => admin('DELETE', '3.0/mlflow/roles/unassign', { role_id, username: 'bob' }),
    ],
    [
      () => admin('POST', '2.0/millrace/groups/team/members', { username: 'bob' }),
      () => admin('DELETE', '2.0/millrace/groups/team/members/bob'),
    ],
    [
      () => admin('POST', `${direct}/create`, { ...grant, permission: 'MANAGE' }),
      () => admin('PATCH', `${direct}/update`, { ...grant, permission: 'READ' }),
    ],
    [() => admin('PATCH', `${direct}/update`, { ...grant, permission: 'EDIT' }), () => admin('DELETE', `${direct}/delete`, grant)],
    [
      () => admin('POST', '3.0/mlflow/roles/assign', { role_id, username: 'bob' }),
      () => admin('DELETE', '3.0/mlflow/roles/delete', { role_id }),
    ],
  ] as const) {
    await give()
    assert.deepEqual(await tag(), [200, 200, 200])
    await takeBack()
    const taken_ms = Date.now()
    assert.equal(
      (await call(0, 'bob', 'POST', '2.0/mlflow/experiments/set-experiment-tag', { experiment_id, key: 'k', value: 'v' })).status,
      403,
    )
    await new Promise((done) => setTimeout(done, taken_ms + NOTICED_MS - Date.now()))
    assert.deepEqual(await tag(), [403, 403, 403])
  }

  const none = await admin('POST', `${direct}/create`, { ...grant, permission: 'NO_PERMISSIONS' })
  assert.equal(none.experiment_permission.permission, 'NO_PERMISSIONS')
  for (const [at] of servers.entries()) {
    const found = await call(at, 'bob', 'POST', '2.0/mlflow/experiments/search', { max_results: 10, filter: "name = 'e'" })
    assert.deepEqual(found.body.experiments ?? [], [], 'a search looks at once, on whichever server')
  }
})
