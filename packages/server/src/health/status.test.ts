import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverWithAccounts } from '../testing/accounts.ts'
import { overEachDatabase } from '../testing/databases.ts'
import { TestServer, testSettings } from '../testing/server.ts'

const STATUS = '/api/2.0/millrace/health/status'

overEachDatabase('the state of the server', (open) => {
  test('it tells versions, database, what waits and free disk', async () => {
    const server = new TestServer(await open())
    const { status, body, text } = await server.call('GET', STATUS)
    assert.equal(status, 200, text)
    assert.match(body.version, /^\d+\.\d+\.\d+/)
    assert.equal(body.mlflow_version, '3.17.2')
    assert.match(body.database.kind, /^(SQLite|PostgreSQL)$/)
    assert.ok(body.database.bytes > 10_000 && body.database.schema_version >= 33, text)
    assert.ok(body.artifacts.free_bytes > 0 && body.artifacts.total_bytes >= body.artifacts.free_bytes)
    assert.ok(Date.now() - body.started_ms < 3_600_000)
    const nothing = { webhook_deliveries: 0, webhook_deliveries_given_up: 0, registrations: 0, audit_entries: 0, rollouts: 0 }
    assert.deepEqual(body.queues, nothing)
  })

  test('it warns of what is open, each with what to do about it', async () => {
    const open_wide = { allowed_hosts: ['*'], cors_allowed_origins: ['*'], x_frame_options: 'NONE', webhook_allowed_schemes: ['http'] }
    const server = new TestServer(await open(), { ...testSettings(), ...(open_wide as object), expose_prometheus: true })
    const { warnings } = (await server.call('GET', STATUS)).body
    assert.equal(warnings.length, 7)
    assert.ok(warnings.every(({ cure }: { cure: string }) => cure.length > 20))
    assert.match(warnings[0].what, /Nobody signs in/)
    const as = await serverWithAccounts(await open(), 'EDIT', [])
    assert.deepEqual(
      (await as('root').call('GET', STATUS)).body.warnings.map(({ what }: { what: string }) => what),
      ['Every account may edit what nobody granted it.'],
    )
  })

  test('a bucket’s key is not told, and only admins are told anything', async () => {
    const place = 's3://key:secret@bucket/prefix'
    const server = new TestServer(await open(), { ...testSettings(), artifacts_destination: place })
    assert.deepEqual((await server.call('GET', STATUS)).body.artifacts, { place: 's3://bucket/prefix' })
    const as = await serverWithAccounts(await open(), 'MANAGE', ['ann'])
    assert.equal((await as('ann').call('GET', STATUS)).status, 403)
  })
})
