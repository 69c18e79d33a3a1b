import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../../db/database.ts'
import { query } from '../../../db/handles.ts'
import type { AuditEntry } from '../../../http/audit.ts'
import { silent } from '../../../http/log.ts'
import { overEachDatabase } from '../../../testing/databases.ts'
import { TestServer } from '../../../testing/server.ts'
import { AuditLog } from '../index.ts'

const TOLD = query<{ body: string }>('select body from webhook_delivery order by id')
const ALERTS = '/api/2.0/millrace/audit-log/alerts'

type Place = { db: Database; audit: AuditLog; server: TestServer; webhook_id: string }

async function place(db: Database): Promise<Place> {
  const server = new TestServer(db)
  const hook = { name: 'hook', url: 'https://hooks.example/', events: [{ entity: 'PROMPT', action: 'CREATED' }] }
  const { webhook_id } = (await server.post('webhooks', hook)).body.webhook
  return { db, audit: new AuditLog(db, silent), server, webhook_id }
}

const told = async (db: Database) => (await db.reader.all(TOLD)).map(({ body }) => JSON.parse(body))

const entry = (fields: Partial<AuditEntry>, user = 'ann', address = '192.0.2.1'): AuditEntry => ({
  at_ms: Date.now(),
  action: 'GET /api/2.0/mlflow/runs/get',
  outcome: 'done',
  who: { name: user, id: user.length, address },
  on: { kind: 'run', id: String(Math.random()) },
  ...fields,
})

overEachDatabase('alerts over the audit log', (open) => {
  test('a burst of denied reads is told once for each user, and not for fewer', async () => {
    const { db, audit, server, webhook_id } = await place(await open())
    const rule = { name: 'denied', kind: 'burst', outcome: 'denied', webhook_id, count: 5, within_seconds: 60 }
    assert.equal((await server.call('POST', ALERTS, rule)).status, 200)
    for (let n = 0; n < 4; n++) audit.recordAlone(entry({ outcome: 'denied' }))
    for (let n = 0; n < 9; n++) audit.recordAlone(entry({}))
    await audit.flush()
    assert.deepEqual(await told(db), [])
    for (let n = 0; n < 4; n++) audit.recordAlone(entry({ outcome: 'denied' }))
    await audit.flush()
    for (let n = 0; n < 4; n++) audit.recordAlone(entry({ outcome: 'denied' }))
    await audit.flush()
    const [alert, ...more] = await told(db)
    assert.deepEqual(more, [])
    assert.deepEqual([alert.entity, alert.action, alert.data.name, alert.data.last.user], ['audit_alert', 'raised', 'denied', 'ann'])
    assert.equal(alert.data.count, 8)
    for (let n = 0; n < 5; n++) audit.recordAlone(entry({ outcome: 'denied' }, 'bob'))
    await audit.flush()
    assert.deepEqual(
      (await told(db)).map(({ data }) => data.last.user),
      ['ann', 'bob'],
    )
  })

  test('many failed logins from one address are told, whatever names they tried', async () => {
    const { db, audit, server, webhook_id } = await place(await open())
    const rule = { name: 'guessing', kind: 'burst', action: 'login', outcome: 'failed', per: 'address', webhook_id, count: 10 }
    assert.equal((await server.call('POST', ALERTS, rule)).status, 200)
    for (let n = 0; n < 10; n++) audit.recordAlone(entry({ action: 'login', outcome: 'failed' }, `user ${n}`, '203.0.113.5'))
    await audit.flush()
    assert.deepEqual(
      (await told(db)).map(({ data }) => [data.name, data.last.address]),
      [['guessing', '203.0.113.5']],
    )
  })

  test('a user who comes from a new address is told, the first address and a known one are not', async () => {
    const { db, audit, server, webhook_id } = await place(await open())
    await server.call('POST', ALERTS, { name: 'new', kind: 'new_address', webhook_id })
    for (const address of ['192.0.2.1', '192.0.2.1', '198.51.100.7', '198.51.100.7']) {
      audit.recordAlone(entry({ action: 'login' }, 'ann', address))
      await audit.flush()
    }
    assert.deepEqual(
      (await told(db)).map(({ data }) => data.last.address),
      ['198.51.100.7'],
    )
  })

  test('a promotion that its gate refused is told once for each version and place; another denial is not', async () => {
    const { db, audit, server, webhook_id } = await place(await open())
    const rule = { name: 'gate', kind: 'promotion_refused', webhook_id, within_seconds: 600 }
    assert.equal((await server.call('POST', ALERTS, rule)).status, 200)
    const tried = (version: string, more: object) =>
      audit.recordAlone(
        entry({ outcome: 'denied', on: { kind: 'registered_model', id: 'm' }, detail: { alias: 'champion', version, ...more } }),
      )
    tried('1', {})
    for (const version of ['2', '2', '3']) {
      tried(version, { promotion: 'refused' })
      await audit.flush()
    }
    const alerts = await told(db)
    assert.deepEqual(
      alerts.map(({ data }) => [data.name, data.kind, data.last.resource, data.last.user]),
      Array(2).fill(['gate', 'promotion_refused', 'm', 'ann']),
    )
  })

  test('are listed and deleted; one without a webhook is refused', async () => {
    const { server, webhook_id } = await place(await open())
    assert.equal((await server.call('POST', ALERTS, { name: 'x', kind: 'burst', webhook_id: 'gone' })).status, 404)
    const made = (await server.call('POST', ALERTS, { name: 'x', kind: 'burst', webhook_id })).body.alert
    assert.deepEqual((await server.call('GET', ALERTS)).body.alerts, [made])
    assert.equal((await server.call('DELETE', `${ALERTS}/${made.alert_id}`)).status, 200)
    assert.equal((await server.call('DELETE', `${ALERTS}/${made.alert_id}`)).status, 404)
    assert.deepEqual((await server.call('GET', ALERTS)).body.alerts, [])
  })
})
