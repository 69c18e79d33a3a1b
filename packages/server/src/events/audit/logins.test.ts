import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startLogin } from '../../access/start.ts'
import type { Database } from '../../db/database.ts'
import { query } from '../../db/handles.ts'
import { migrate } from '../../db/migrate.ts'
import { openSqlite } from '../../db/sqlite.ts'
import { silent } from '../../http/log.ts'
import { Secret } from '../../secret.ts'
import { holdKeys, KeyRing, newKey, readKeys } from '../../secrets/index.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { newFolder } from '../../testing/folder.ts'
import { TestServer } from '../../testing/server.ts'
import type { Facts } from './entry.ts'
import { AuditLog } from './index.ts'

const ALL = query<Facts & { requests: number }>('select * from audit_log order by seq')
const PASSWORD = 'grey-otter-41-lantern'
const basic = (name: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` })
const ADMIN = basic('admin', PASSWORD)

async function withLogin(db: Database) {
  const login = { default_permission: 'NO_PERMISSIONS', admin_username: 'admin', admin_password: new Secret(PASSWORD) } as const
  const { authority } = await startLogin(db, login)
  const audit = new AuditLog(db, silent)
  const server = new TestServer(db, {}, { authority, audit })
  const get = (path: string, as: Record<string, string>) => server.call('GET', `/api/2.0/mlflow/${path}`, undefined, as)
  const entries = async () => {
    await audit.flush()
    return db.reader.all(ALL)
  }
  return { server, get, entries }
}

overEachDatabase('what of signing in is on record', (open) => {
  test('refused credentials with the name that was tried, and lock-outs; never what was typed as password', async () => {
    const { get, entries } = await withLogin(await open())
    for (let n = 0; n < 12; n++) await get('users/current', basic('mallory', `wrong-canary-${n}`))
    const failed = (await entries()).filter(({ action }) => action === 'login')
    const requests = (why: string): number =>
      failed.filter(({ detail }) => detail === `{"why":"${why}"}`).reduce((sum, entry) => sum + entry.requests, 0)
    assert.deepEqual([requests('refused'), requests('locked out')], [10, 2])
    for (const { outcome, user_name, user_id } of failed) assert.deepEqual([outcome, user_name, user_id], ['failed', 'mallory', 0])
    assert.ok(!JSON.stringify(failed).includes('canary'))
  })

  test('a request without credentials is no failed login', async () => {
    const { get, entries } = await withLogin(await open())
    assert.equal((await get('users/current', {})).status, 401)
    assert.deepEqual(await entries(), [])
  })

  test('who comes in, once for many requests; reads that are denied, by the pipeline and by a handler', async () => {
    const { server, get, entries } = await withLogin(await open())
    await server.call('POST', '/api/2.0/mlflow/users/create', { username: 'ann', password: 'seven tall maples 9' }, ADMIN)
    const ann = basic('ann', 'seven tall maples 9')
    for (let n = 0; n < 3; n++) assert.equal((await get('users/current', ann)).status, 200)
    assert.equal((await get('experiments/get?experiment_id=0', ann)).status, 404)
    assert.equal((await get('users/get?username=admin', ann)).status, 403)
    assert.equal((await get('users/list', ann)).status, 403)
    const told = (await entries()).map(({ action, outcome, user_name, kind, target }) =>
      [action.split('/').slice(-2).join('/'), outcome, user_name, kind, target].join(' '),
    )
    assert.deepEqual(told, [
      'login done admin user admin',
      'users/create done admin server settings',
      'login done ann user ann',
      'experiments/get denied ann experiment 0',
      'users/get denied ann server ',
      'users/list denied ann server settings',
    ])
  })
})

test('the verification endpoint checks signatures where the database is a file, too', async () => {
  const db = openSqlite(join(newFolder(), 'audit.db'))
  try {
    await migrate(db)
    holdKeys(db.reader, new KeyRing(() => readKeys(newKey(), 'a test')))
    const audit = new AuditLog(db, silent)
    const server = new TestServer(db, {}, { audit })
    await server.post('experiments/create', { name: 'e' })
    await audit.flush()
    const { body } = await server.call('GET', '/api/2.0/millrace/audit-log/verification')
    assert.deepEqual([body.whole, body.signatures_checked, body.last], [true, true, 1])
    holdKeys(db.reader, new KeyRing(() => readKeys(newKey(), 'another')))
    assert.equal((await server.call('GET', '/api/2.0/millrace/audit-log/verification')).body.whole, false)
    await server.app.close()
    await audit.stop()
  } finally {
    await db.close()
  }
})
