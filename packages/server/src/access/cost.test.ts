import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrate } from '../db/migrate.ts'
import { openSqlite } from '../db/sqlite.ts'
import { TestServer } from '../testing/server.ts'
import { addAccount } from './account-store.ts'
import { hashPassword } from './password.ts'
import { startLogin } from './start.ts'
import { addToken } from './token-store.ts'

const PASSWORD = 'grey-otter-41-lantern'
const basic = (name: string) => ({ authorization: `Basic ${Buffer.from(`${name}:${PASSWORD}`).toString('base64')}` })

test('a login costs its hash, and no request but a login pays one: not after others lost rights, nor with a token', async (t) => {
  const db = openSqlite(':memory:')
  await migrate(db)
  const { authority } = await startLogin(db, { default_permission: 'READ', admin_username: 'admin' })
  const server = new TestServer(db, {}, { authority })
  t.after(async () => {
    await server.app.close()
    await db.close()
  })
  const hash = await hashPassword(PASSWORD)
  const { secret, token } = await db.write(async (tx) => {
    const { id } = await addAccount(tx, 'alice', hash, 1)
    await addAccount(tx, 'bob', hash, 1)
    return addToken(tx, id, { name: 't', scope: 'manage', expires_ms: null }, 1)
  })
  const bearer = { authorization: `Bearer ${secret}` }
  /** CPU of the process in ms, with the threads that hash: the machine has other work. */
  const costOf = async (work: () => Promise<unknown>): Promise<number> => {
    const begin = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(begin)
    return (user + system) / 1000
  }
  const ask = async (as: Record<string, string>) => {
    const answer = await server.call('GET', '/api/2.0/mlflow/experiments/get?experiment_id=0', undefined, as)
    assert.equal(answer.status, 200, answer.text)
  }
  const median = async (work: () => Promise<unknown>): Promise<number> => {
    const costs: number[] = []
    for (let n = 0; n < 21; n++) costs.push(await costOf(work))
    return costs.sort((a, b) => a - b)[10] as number
  }
  await ask(bearer)
  const hashing = await costOf(() => hashPassword(PASSWORD))
  const login = await costOf(() => ask(basic('alice')))
  const other = await costOf(() => ask(basic('bob')))
  const known = await median(() => ask(basic('alice')))
  const byToken = await median(() => ask(bearer))
  // Each time somebody's rights are taken away, what is known of everybody is looked at anew.
  const afterChange = await median(async () => {
    await db.write(async (tx) => (await import('./epoch.ts')).raiseEpoch(tx))
    await ask(basic('alice'))
  })
  const figures = { hashing, login, other, known, byToken, afterChange }
  t.diagnostic(
    `ms of CPU: ${Object.entries(figures)
      .map(([name, ms]) => `${name} ${ms.toFixed(2)}`)
      .join(', ')}`,
  )
  for (const one of [login, other]) assert.ok(one > 0.5 * hashing && one < 2.5 * hashing, JSON.stringify(figures))
  for (const one of [known, byToken, afterChange]) assert.ok(one < 0.2 * hashing, JSON.stringify(figures))
  assert.ok(token.token_id)
})
