import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../db/database.ts'
import { query } from '../../db/handles.ts'
import { holdKeys, KeyRing, newKey, readKeys } from '../../secrets/index.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { TestServer } from '../../testing/server.ts'

const CREATED = { entity: 'MODEL_VERSION', action: 'CREATED' }
const SECRETS = query<{ secret: string | null }>('select secret from webhook order by id')

function withKeys(db: Database): Database {
  const keys = readKeys(newKey(), 'a test')
  holdKeys(db.reader, new KeyRing(() => keys))
  return db
}

const make = async (server: TestServer, fields: object = {}) =>
  server.post('webhooks', { name: 'hook', url: 'https://example.com/hook', events: [CREATED], ...fields })

overEachDatabase('webhooks', (open) => {
  test('are created, read, listed in pages, changed in part and deleted', async () => {
    const server = new TestServer(withKeys(await open()))
    const made = (await make(server, { description: 'd' })).body.webhook
    assert.deepEqual((await server.get(`webhooks/${made.webhook_id}`)).body.webhook, made)
    assert.equal(made.status, 'ACTIVE')
    assert.deepEqual(made.events, [CREATED])
    await make(server, { name: 'second' })
    await make(server, { name: 'third' })
    const first = await server.get('webhooks', { max_results: '2' })
    const rest = await server.get('webhooks', { max_results: '2', page_token: first.body.next_page_token })
    assert.deepEqual([...first.body.webhooks, ...rest.body.webhooks].map((one) => one.name).sort(), ['hook', 'second', 'third'])
    assert.equal(rest.body.next_page_token, undefined)
    assert.equal((await server.get('webhooks', { max_results: '0' })).body.webhooks.length, 3, '0 stands for the default')
    const path = `/api/2.0/mlflow/webhooks/${made.webhook_id}`
    const changed = (await server.call('PATCH', path, { status: 'DISABLED', events: [{ entity: 'PROMPT_TAG', action: 'SET' }] })).body
      .webhook
    assert.deepEqual([changed.name, changed.description, changed.status], ['hook', 'd', 'DISABLED'])
    assert.deepEqual(changed.events, [{ entity: 'PROMPT_TAG', action: 'SET' }])
    assert.ok(changed.last_updated_timestamp > made.last_updated_timestamp)
    assert.equal((await server.call('DELETE', path)).status, 200)
    const gone = await server.get(`webhooks/${made.webhook_id}`)
    assert.equal(gone.status, 404)
    assert.match(gone.body.message, /Webhook with ID .* not found/)
  })

  test('ID-02: a secret is encrypted in the database and never given back', async () => {
    const db = withKeys(await open())
    const server = new TestServer(db)
    const made = await make(server, { secret: 'canary-of-a-secret' })
    const path = `webhooks/${made.body.webhook.webhook_id}`
    for (const answer of [made, await server.get(path), await server.get('webhooks')]) assert.ok(!answer.text.includes('canary'))
    const row = await db.reader.get(SECRETS)
    assert.ok(row?.secret)
    assert.ok(!Buffer.from(row.secret, 'base64').toString('latin1').includes('canary'))
    await server.call('PATCH', `/api/2.0/mlflow/${path}`, { secret: '' })
    assert.equal((await db.reader.get(SECRETS))?.secret, null)
  })

  test('without a key on the server a secret is refused, and nothing is stored', async () => {
    const db = await open()
    const answer = await make(new TestServer(db), { secret: 'x' })
    assert.match(answer.body.message, /MILLRACE_SECRET_KEY/)
    assert.equal(await db.reader.get(SECRETS), undefined)
  })

  test('SS-02, SS-03: a URL that is not on the public internet is refused at creation and at update, however it is spelled', async () => {
    const server = new TestServer(await open())
    const { webhook_id } = (await make(server)).body.webhook
    for (const url of INNER) {
      for (const answer of [
        await make(server, { url }),
        await server.call('PATCH', `/ajax-api/2.0/mlflow/webhooks/${webhook_id}`, { url }),
      ]) {
        assert.equal(answer.status, 400, url)
        assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE', url)
      }
    }
    assert.equal((await server.get(`webhooks/${webhook_id}`)).body.webhook.url, 'https://example.com/hook')
  })

  test('a URL, a name and events that are none are refused with what is wrong', async () => {
    const server = new TestServer(await open())
    const refused = async (fields: object, message: RegExp): Promise<void> => {
      const answer = await make(server, fields)
      assert.equal(answer.status, 400)
      assert.match(answer.body.message, message)
    }
    await refused({ url: '   ' }, /Webhook URL cannot be empty or just whitespace/)
    await refused({ url: 'ftp://example.com' }, /Invalid webhook URL scheme/)
    await refused({ url: 'http://example.com' }, /Invalid webhook URL scheme/)
    await refused({ url: 'http://[invalid' }, /Invalid webhook URL/)
    await refused({ name: '-x' }, /Webhook name/)
    await refused({ events: [] }, /non-empty list/)
    await refused({ events: [{ entity: 'PROMPT', action: 'DELETED' }] }, /Invalid action 'DELETED' for entity 'PROMPT'/)
  })
})

const INNER = [
  'https://127.0.0.1:6379/',
  'https://[::1]/',
  'https://0x7f000001/',
  'https://2130706433/',
  'https://127.1/',
  'https://localhost./',
  'https://localhost/',
  'https://a@127.0.0.1/',
  'https://user:word@example.com/',
  'https://printer/',
  'https://metadata.google.internal/',
  'https://169.254.169.254/latest',
  'https://[::ffff:10.0.0.1]/',
  'https://[fd00:ec2::254]/',
]
