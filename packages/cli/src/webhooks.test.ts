import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import { newAuthority } from '../../server/src/testing/certificate.ts'
import { newFolder, post, run, type Started, startServer } from './testing/command.ts'

const env = { MILLRACE_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1', MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http' }
const bodies: string[] = []
let status = 200
const receiver = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  bodies.push(`${request.headers['x-mlflow-signature'] ? 'signed' : 'plain'} ${JSON.parse(body).data.name}`)
  response.writeHead(status).end()
})
await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
after(() => receiver.close())
const hook = {
  name: 'hook',
  url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
  events: [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }],
  secret: 'canary-of-a-secret',
}

/** Each of these has come, once or, from a server that was killed meanwhile, once more. */
async function came(names: readonly string[]): Promise<void> {
  const wanted = names.map((name) => `signed ${name}`)
  const isThere = () => wanted.every((body) => bodies.includes(body))
  for (const deadline = Date.now() + 60_000; !isThere() && Date.now() < deadline; ) await new Promise((done) => setTimeout(done, 20))
  assert.deepEqual([...new Set(bodies)].sort(), wanted)
}

async function deliveredAfterKill(database: Record<string, string>): Promise<void> {
  const cwd = newFolder()
  const options = { cwd, env: { ...env, ...database } }
  bodies.length = 0
  status = 503
  const first = await startServer([], options)
  assert.equal((await post(first.url, 'webhooks', hook)).status, 200)
  for (const name of ['a', 'b', 'c']) assert.equal((await post(first.url, 'registered-models/create', { name })).status, 200)
  first.process.kill('SIGKILL')
  await first.ended
  bodies.length = 0
  status = 200
  const second = await startServer([], options)
  await came(['a', 'b', 'c'])
  second.process.kill('SIGTERM')
  assert.equal((await second.ended).code, 0)
}

test('a webhook is delivered although the server was killed between the commit and the delivery (SQLite)', { timeout: 240_000 }, () =>
  deliveredAfterKill({}),
)

test('a webhook is delivered although the server was killed between the commit and the delivery (PostgreSQL)', {
  timeout: 240_000,
}, async () => {
  const uri = new URL(process.env.MILLRACE_TEST_POSTGRES ?? '')
  const admin = new pg.Client({ connectionString: uri.href })
  await admin.connect()
  await admin.query('create database killed_webhooks')
  uri.pathname = '/killed_webhooks'
  try {
    await deliveredAfterKill({ MLFLOW_BACKEND_STORE_URI: uri.href })
  } finally {
    await admin.query('drop database killed_webhooks with (force)')
    await admin.end()
  }
})

test("a receiver's own certificate authority is trusted when NODE_EXTRA_CA_CERTS names it, and not before", {
  timeout: 240_000,
}, async () => {
  const authority = newAuthority('An authority of this test')
  let taken = 0
  const secured = createTlsServer(authority.issue('127.0.0.1'), (_, response) => response.end(String(taken++)))
  await new Promise<void>((done) => secured.listen(0, '127.0.0.1', done))
  const cwd = newFolder()
  const ca = join(cwd, 'ca.pem')
  writeFileSync(ca, authority.certificate)
  let running: Started | undefined
  const url = `https://127.0.0.1:${(secured.address() as AddressInfo).port}/`
  try {
    for (const trusted of [false, true]) {
      const server = await startServer([], {
        cwd,
        env: { ...env, MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'https', ...(trusted && { NODE_EXTRA_CA_CERTS: ca }) },
      })
      running = server
      const made = await post(server.url, 'webhooks', { ...hook, name: `tls-${trusted}`, url })
      assert.equal(made.status, 200, JSON.stringify(made.body))
      const { webhook } = made.body
      const { result } = (await post(server.url, `webhooks/${webhook.webhook_id}/test`, {})).body
      assert.equal(result.success, trusted)
      if (!trusted) assert.match(result.error_message, /is not trusted .* NODE_EXTRA_CA_CERTS/)
      server.process.kill('SIGTERM')
      await server.ended
    }
    assert.equal(taken, 1)
  } finally {
    secured.close()
    if (running && running.process.exitCode === null) running.process.kill('SIGKILL')
  }
})

test('ID-02: secrets rotate encrypts with a new key while the server runs, and no file holds a secret in plain text', {
  timeout: 240_000,
}, async () => {
  const cwd = newFolder()
  bodies.length = 0
  status = 200
  const server = await startServer([], { cwd, env })
  await post(server.url, 'webhooks', hook)
  const file = join(cwd, 'millrace-data', 'millrace.db')
  const keyFile = `${file}.key`
  assert.equal(statSync(keyFile).mode & 0o777, 0o600)
  const before = readFileSync(keyFile, 'utf8')
  const row = () => {
    const db = new Sqlite(file, { readonly: true })
    const found = db.prepare('select secret, secret_key from webhook').get() as { secret: string; secret_key: string }
    db.close()
    return found
  }
  const sealed = row()
  const rotated = await run(['secrets', 'rotate'], { cwd })
  assert.equal(rotated.code, 0, rotated.err)
  assert.match(rotated.out, /^1 secret is encrypted with key [0-9a-f]{16} now/)
  assert.notEqual(row().secret_key, sealed.secret_key)
  assert.notEqual(readFileSync(keyFile, 'utf8'), before)
  await post(server.url, 'registered-models/create', { name: 'after' })
  await came(['after'])
  assert.equal(bodies.length, 1)
  for (const name of [file, `${file}-wal`, keyFile]) assert.ok(!readFileSync(name, 'latin1').includes(hook.secret), name)
  assert.ok(!server.said().includes(hook.secret))
  server.process.kill('SIGTERM')
  await server.ended
})

test('a key that is none ends the start with a sentence that does not repeat it', async () => {
  const { code, err, out } = await run(['server', '--port', '0'], { env: { MILLRACE_SECRET_KEY: 'canary-key' } })
  assert.notEqual(code, 0)
  assert.match(err, /MILLRACE_SECRET_KEY holds a key that is not 32 bytes/)
  assert.ok(!(out + err).includes('canary'))
})
