import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpoints } from '../app.ts'
import { migrate } from '../db/migrate.ts'
import { openSqlite } from '../db/sqlite.ts'
import { serverWithAccounts } from '../testing/accounts.ts'
import { TestServer } from '../testing/server.ts'
import { type Authority, NOBODY } from './access.ts'

async function memory() {
  const db = openSqlite(':memory:')
  await migrate(db)
  return db
}

test('AZ-10 SS-04 there is no gateway to ask for secrets, endpoints or a way out, under either prefix, for whoever asks', async (t) => {
  const db = await memory()
  t.after(() => db.close())
  const as = await serverWithAccounts(db, 'MANAGE', ['bob'])
  for (const prefix of ['api', 'ajax-api']) {
    for (const [method, path] of [
      ['GET', '3.0/mlflow/gateway/secrets/list'],
      ['GET', '3.0/mlflow/gateway/endpoints/list'],
      ['GET', '3.0/mlflow/gateway/model-definitions/list'],
      ['POST', '3.0/mlflow/gateway/secrets/create'],
      ['GET', '2.0/mlflow/gateway-proxy?gateway_path=gateway/x/invocations'],
      ['POST', '2.0/mlflow/gateway-proxy'],
    ] as const) {
      for (const who of ['', 'bob', 'root']) {
        const body = method === 'GET' ? undefined : { gateway_path: '//127.0.0.1/x' }
        const answer = await as(who).call(method, `/${prefix}/${path}`, body)
        assert.deepEqual([answer.status, answer.body.error_code], [404, 'ENDPOINT_NOT_FOUND'], `${method} ${path}`)
      }
    }
  }
})

test('AZ-15 when the rules about who may do what fail, the answer is 500 and holds nothing, and nothing is written', async (t) => {
  const db = await memory()
  t.after(() => db.close())
  const owner = new TestServer(db)
  const { experiment_id } = (await owner.post('experiments/create', { name: 'canary-4711' })).body
  const { run_id } = (await owner.post('runs/create', { experiment_id })).body.run.info
  const broken: Authority = {
    identify: () => ({ ...NOBODY, user: 'bob', user_id: 7 }),
    permits: () => Promise.reject(new Error('canary-rules')),
    visible: () => Promise.reject(new Error('canary-rules')),
  }
  const server = new TestServer(db, {}, { authority: broken })
  const answers = [
    await server.get('experiments/get', { experiment_id }),
    await server.get('runs/get', { run_id }),
    await server.post('experiments/search', { max_results: 10 }),
    await server.post('runs/search', { experiment_ids: [experiment_id] }),
    await server.post('runs/log-parameter', { run_id, key: 'p', value: 'v' }),
    await server.post('experiments/create', { name: 'more' }),
  ]
  for (const { status, text } of answers) {
    assert.equal(status, 500, text)
    assert.doesNotMatch(text, /canary|at .*\.ts/)
  }
  assert.equal((await owner.get('runs/get', { run_id })).body.run.data.params?.length ?? 0, 0)
  assert.equal((await owner.get('experiments/get-by-name', { experiment_name: 'more' })).status, 404)
})

test('DO-09 a body of boundaries and dashes costs next to nothing, on every route that takes one', async (t) => {
  const db = await memory()
  t.after(() => db.close())
  const server = new TestServer(db)
  const boundary = 'x'.repeat(60)
  const body = Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="f"; filename="f"\r\n\r\n--${boundary}${'-'.repeat(900_000)}`,
  )
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  const begin = process.cpuUsage()
  let asked = 0
  for (const { route, kind } of endpoints) {
    const [method, path] = route.split(' ') as [string, string]
    // What keeps files takes any bytes, and looks at none of them.
    if (!['POST', 'PUT', 'PATCH'].includes(method) || (kind === 'stream' && /artifact/.test(path))) continue
    const answer = await server.call(method, path.replace(/\{[^}]+\}/g, 'x'), body, headers)
    assert.ok(answer.status >= 300 && answer.status < 500, `${route} ${answer.status} ${answer.text}`)
    asked++
  }
  const { user, system } = process.cpuUsage(begin)
  assert.ok(asked > 80, String(asked))
  assert.ok((user + system) / asked < 100_000, `${(user + system) / asked} µs a request`)
})
