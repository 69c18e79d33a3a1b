import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Login } from '../config.ts'
import type { Database } from '../db/database.ts'
import { command, query } from '../db/handles.ts'
import { addPerson } from '../testing/accounts.ts'
import { overEachDatabase } from '../testing/databases.ts'
import { type Answer, TestServer } from '../testing/server.ts'
import { addAccount, allAccounts } from './account-store.ts'
import { hashPassword } from './password.ts'
import { startLogin } from './start.ts'

const ADMIN_PASSWORD = 'grey-otter-41-lantern'
const PASSWORD = 'seven tall maples 9'
const LOGIN: Login = { default_permission: 'READ', admin_username: 'admin' }
const basic = (name: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

async function withLogin(db: Database, login: Login = LOGIN) {
  if (login === LOGIN && (await allAccounts(db.reader)).length === 0) await addPerson(db, 'admin', ADMIN_PASSWORD, true)
  const { authority, first_admin_token } = await startLogin(db, login)
  const server = new TestServer(db, {}, { authority })
  const users = (method: string, action: string, as: Record<string, string>, payload: unknown): Promise<Answer> =>
    server.call(method, `/api/2.0/mlflow/users/${action}`, payload, as)
  const whoIs = (as: Record<string, string>) => server.call('GET', '/ajax-api/2.0/mlflow/users/current', undefined, as)
  return { server, users, whoIs, first_admin_token }
}

const admin = basic('admin', ADMIN_PASSWORD)

overEachDatabase('login', (open) => {
  test('AU-01 a first start makes no default password: a token is told once, stored hashed, and ends with the first password', async () => {
    const db = await open()
    const { users, whoIs, first_admin_token: token } = await withLogin(db, { default_permission: 'READ', admin_username: 'admin' })
    assert.match(String(token), /^mlr_[0-9A-Za-z]{38}$/)
    for (const known of ['password', 'password1234', 'admin', '']) assert.equal((await whoIs(basic('admin', known))).status, 401)
    const stored = JSON.stringify(await db.reader.all(query('select * from account_token')))
    assert.ok(!stored.includes(String(token)))
    assert.equal((await whoIs(bearer(String(token)))).body.user.is_admin, true)
    const set = await users('PATCH', 'update-password', basic('admin', String(token)), { username: 'admin', password: ADMIN_PASSWORD })
    assert.equal(set.status, 200, set.text)
    assert.equal((await whoIs(bearer(String(token)))).status, 401)
    assert.equal((await whoIs(admin)).body.user.username, 'admin')
    assert.equal((await withLogin(db)).first_admin_token, undefined)
  })

  test('a first token that has expired, or is not the admin’s, signs nobody in', async () => {
    const db = await open()
    const { whoIs, first_admin_token: token } = await withLogin(db, { default_permission: 'READ', admin_username: 'admin' })
    assert.equal((await whoIs(basic('bob', String(token)))).status, 401)
    await db.write(async (tx) => tx.run(command('update account_token set expires_ms = 1')))
    assert.equal((await whoIs(bearer(String(token)))).status, 401)
  })

  test('AZ-01 nobody is let in without a login, and clients are told how', async () => {
    const { server } = await withLogin(await open())
    for (const headers of [
      {},
      basic('admin', 'wrong'),
      basic('', ''),
      { authorization: 'Basic ???' },
      bearer('x'),
      { authorization: 'x' },
    ]) {
      const answer = await server.call('POST', '/api/2.0/mlflow/experiments/search', { max_results: 1 }, headers)
      assert.equal(answer.status, 401)
      assert.equal(answer.body.error_code, 'UNAUTHENTICATED')
      assert.match(answer.body.message, /^You are not authenticated\./)
      assert.equal(answer.headers['www-authenticate'], 'Basic realm="mlflow"')
    }
    const account = { username: 'eve', password: PASSWORD }
    for (const prefix of ['/api', '/ajax-api'])
      assert.equal((await server.call('POST', `${prefix}/2.0/mlflow/users/create`, account)).status, 401)
    assert.equal((await server.call('GET', '/openapi.json')).status, 401)
    assert.equal((await server.call('GET', '/health')).status, 200)
    assert.equal((await server.call('GET', '/openapi.json', undefined, admin)).status, 200)
  })

  test('AU-03 an account needs a password, and none that is guessed first', async () => {
    const { users } = await withLogin(await open())
    assert.equal((await users('POST', 'create', admin, { username: 'carol' })).status, 400)
    const refused = [
      '',
      'short',
      'password1234',
      'P@ssw0rd12345',
      'aaaaaaaaaaaaaaa',
      'abcdefghijklmno',
      '123456789012',
      'carol-carol-1',
      'qwertyqwerty',
    ]
    for (const password of refused) {
      const answer = await users('POST', 'create', admin, { username: 'carol', password })
      assert.equal(answer.status, 400, password)
      assert.match(answer.body.message, /password/)
      assert.ok(!answer.text.includes(`"${password}"`))
    }
  })

  test('AZ-17 AU-08 accounts are the admins’ to make, read, change and remove; AZ-19 nobody makes themselves an admin', async () => {
    const { users } = await withLogin(await open())
    const made = await users('POST', 'create', admin, { username: 'alice', password: PASSWORD })
    assert.deepEqual([made.status, made.body.user.username, made.body.user.is_admin], [200, 'alice', false], made.text)
    assert.equal(
      (await users('POST', 'create', admin, { username: 'alice', password: PASSWORD })).body.error_code,
      'RESOURCE_ALREADY_EXISTS',
    )
    const alice = basic('alice', PASSWORD)
    const refused = [
      await users('POST', 'create', alice, { username: 'eve', password: PASSWORD }),
      await users('GET', 'get?username=admin', alice, undefined),
      await users('GET', 'get?username=nobody', alice, undefined),
      await users('GET', 'list', alice, undefined),
      await users('PATCH', 'update-admin', alice, { username: 'alice', is_admin: true }),
      await users('PATCH', 'update-password', alice, { username: 'admin', password: PASSWORD }),
      await users('DELETE', 'delete', alice, { username: 'admin' }),
    ]
    assert.deepEqual(new Set(refused.map(({ status, body }) => `${status} ${body.error_code}`)), new Set(['403 PERMISSION_DENIED']))
    assert.equal((await users('GET', 'get?username=alice', alice, undefined)).body.user.is_admin, false)
    assert.equal((await users('GET', 'list', admin, undefined)).body.users.length, 2)
    const own = await users('PATCH', 'update-password', alice, { username: 'alice', password: `${PASSWORD} more` })
    assert.match(own.body.message, /Current password is required/)
    assert.equal((await users('DELETE', 'delete', admin, { username: 'admin' })).status, 400)
    assert.equal((await users('PATCH', 'update-admin', admin, { username: 'admin', is_admin: false })).status, 400)
  })

  test('a change of password, of rights, and removal hold at once, in this process and within a second in another', async () => {
    const db = await open()
    const { users, whoIs } = await withLogin(db)
    const other = (await withLogin(db)).whoIs
    await users('POST', 'create', admin, { username: 'alice', password: PASSWORD })
    const alice = basic('alice', PASSWORD)
    assert.equal((await whoIs(alice)).body.user.is_admin, false)
    assert.equal((await other(alice)).status, 200)
    await users('PATCH', 'update-admin', admin, { username: 'alice', is_admin: true })
    assert.equal((await whoIs(alice)).body.user.is_admin, true)
    await users('PATCH', 'update-admin', admin, { username: 'alice', is_admin: false })
    await users('PATCH', 'update-password', admin, { username: 'alice', password: `${PASSWORD} more` })
    assert.equal((await whoIs(alice)).status, 401)
    const renewed = basic('alice', `${PASSWORD} more`)
    assert.equal((await whoIs(renewed)).status, 200)
    await users('DELETE', 'delete', admin, { username: 'alice' })
    assert.equal((await whoIs(renewed)).status, 401)
    assert.equal((await other(renewed)).status, 401)
    const gone = await users('GET', 'get?username=alice', admin, undefined)
    assert.deepEqual([gone.body.error_code, gone.body.message], ['RESOURCE_DOES_NOT_EXIST', 'User with username=alice not found'])
    // As another process takes rights away: nothing in this one is told.
    assert.equal((await whoIs(admin)).status, 200)
    await db.write(async (tx) => {
      await tx.run(command("update account set disabled = 1 where name = 'admin'"))
      await tx.run(command('update access_epoch set epoch = epoch + 1'))
    })
    await new Promise((resolve) => setTimeout(resolve, 600))
    assert.equal((await whoIs(admin)).status, 401)
  })

  test('AU-05 ten wrong passwords in a minute lock the name out at that address, and those who are in stay in', async () => {
    const db = await open()
    const { whoIs } = await withLogin(db)
    await addPerson(db, 'alice', PASSWORD)
    assert.equal((await whoIs(admin)).status, 200)
    const began_ms = performance.now()
    const tries = await Promise.all(Array.from({ length: 14 }, (_, n) => whoIs(basic('alice', `wrong ${n}`))))
    const statuses = tries.map(({ status }) => status).sort()
    assert.deepEqual(statuses, [...Array(10).fill(401), ...Array(4).fill(429)])
    const locked = await whoIs(basic('alice', PASSWORD))
    assert.equal(locked.status, 429)
    const wait_s = Number(locked.headers['retry-after'])
    assert.ok(wait_s <= 60 && wait_s >= 60 - (performance.now() - began_ms) / 1000, `${wait_s} s`)
    assert.equal((await whoIs(admin)).status, 200)
  })

  test('an unknown name pays for a hash, as a wrong password does', async () => {
    const db = await open()
    const { whoIs } = await withLogin(db)
    const hash = await hashPassword(PASSWORD)
    await db.write((tx) => addAccount(tx, 'known', hash, 1))
    const costOf = async (name: string) => {
      // Of the processor, in all threads: what the clock says depends on what else the machine does.
      const times: number[] = []
      for (let n = 0; n < 3; n++) {
        const begin = process.cpuUsage()
        assert.equal((await whoIs(basic(name, `wrong ${n}`))).status, 401)
        times.push(process.cpuUsage(begin).user / 1000)
      }
      return Math.min(...times)
    }
    const [known, unknown] = [await costOf('known'), await costOf('nobody')]
    assert.ok(unknown > known / 3 && known > unknown / 3, `${known} ms and ${unknown} ms`)
  })

  test('a run is recorded under the name of its maker, whatever the request says', async () => {
    const { server } = await withLogin(await open())
    const as = (path: string, payload: unknown) => server.call('POST', `/api/2.0/mlflow/${path}`, payload, admin)
    const { experiment_id } = (await as('experiments/create', { name: 'e' })).body
    const tags = [{ key: 'mlflow.user', value: 'mallory' }]
    const made = await as('runs/create', { experiment_id, user_id: 'mallory', tags })
    assert.equal(made.body.run.info.user_id, 'admin')
    assert.equal(made.body.run.data.tags.find((tag: { key: string }) => tag.key === 'mlflow.user').value, 'admin')
  })
})
