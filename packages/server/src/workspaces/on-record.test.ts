import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import type { Settings } from '../config.ts'
import type { Database } from '../db/database.ts'
import { command, query } from '../db/handles.ts'
import { AuditLog, verify } from '../events/audit/index.ts'
import { Courier } from '../events/webhooks/index.ts'
import { emptyTrash } from '../gc/index.ts'
import { silent } from '../http/log.ts'
import type { House } from '../http/pipeline.ts'
import { holdKeys, KeyRing, newKey, readKeys } from '../secrets/index.ts'
import { overEachDatabase } from '../testing/databases.ts'
import { Receiver } from '../testing/receiver.ts'
import { type Answer, TestServer } from '../testing/server.ts'

const ENTRIES = query<{ action: string; workspace: string; detail: string; hash: string; [column: string]: unknown }>(
  'select * from audit_log order by seq',
)
const MOVED = command("update audit_log set workspace = 'default' where workspace = 'team-a'")

async function place(db: Database, settings: Partial<Settings> = {}, house: Partial<House> = {}) {
  const keys = readKeys(newKey(), 'a test')
  holdKeys(db.reader, new KeyRing(() => keys))
  const server = new TestServer(db, { workspaces: true, ...settings }, house)
  const call = (workspace: string, method: string, path: string, body?: object): Promise<Answer> =>
    server.call(method, `/api/${path}`, body, { 'x-mlflow-workspace': workspace })
  const made = async (workspace: string, path: string, body: object) => {
    const answer = await call(workspace, 'POST', path, body)
    assert.ok(answer.status < 300, answer.text)
    return answer.body
  }
  for (const name of ['team-a', 'team-b']) await made('default', '3.0/mlflow/workspaces', { name })
  return { server, call, made }
}

overEachDatabase('What is on record of a workspace', (open) => {
  test('an audit entry says for which workspace the request was, is found by it, and can not be moved to another', async () => {
    const db = await open()
    const audit = new AuditLog(db, silent)
    const { call, made } = await place(db, {}, { audit })
    for (const workspace of ['team-a', 'default']) await made(workspace, '2.0/mlflow/experiments/create', { name: 'e' })
    assert.equal((await call('team-b', 'GET', '2.0/mlflow/experiments/get?experiment_id=987654')).status, 404)
    await audit.flush()
    const found = (await call('default', 'GET', '2.0/millrace/audit-log?workspace=team-a')).body.entries
    assert.deepEqual(
      found.map(({ action, workspace }: Record<string, string>) => [action, workspace]),
      [['POST /api/2.0/mlflow/experiments/create', 'team-a']],
    )
    assert.equal((await verify(db.reader)).problems.length, 0)
    await db.write((tx) => tx.run(MOVED))
    assert.match((await verify(db.reader)).problems.join('\n'), /entry \d+ .*experiments\/create/)
    await audit.stop()
  })

  test('an entry without a workspace has the hash that it had before there were any', async () => {
    const db = await open()
    const audit = new AuditLog(db, silent)
    const server = new TestServer(db, {}, { audit })
    await server.post('experiments/create', { name: 'e' })
    await audit.flush()
    const [entry] = await db.reader.all(ENTRIES)
    assert.ok(entry)
    const columns = [
      'seq',
      'at_ms',
      'until_ms',
      'requests',
      'action',
      'outcome',
      'user_name',
      'user_id',
      'address',
      'kind',
      'target',
      'detail',
    ]
    assert.equal(entry.workspace, '')
    assert.equal(entry.hash, hash('sha256', `\n${JSON.stringify(columns.map((column) => entry[column]))}`))
    await audit.stop()
  })

  test('a webhook is told of its own workspace alone, and of which', async (t) => {
    const db = await open()
    const [own, other] = [new Receiver(), new Receiver()]
    const { call, made, server } = await place(db, { webhook_allowed_hosts: ['127.0.0.1'], webhook_allowed_schemes: ['http'] })
    const courier = new Courier(db, server.settings, silent)
    t.after(async () => {
      await courier.stop(0)
      for (const receiver of [own, other]) await receiver.close()
    })
    const events = [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }]
    const hook = async (workspace: string, url: string) =>
      (await made(workspace, '2.0/mlflow/webhooks', { name: 'hook', url, events })).webhook.webhook_id
    const webhook_id = await hook('team-a', await own.listen())
    await hook('team-b', await other.listen())
    await made('team-a', '2.0/mlflow/registered-models/create', { name: 'churn' })
    courier.start()
    await own.until(1)
    const told = JSON.parse(own.got[0]?.body ?? '')
    assert.deepEqual([told.workspace, told.entity, told.data.name], ['team-a', 'registered_model', 'churn'])
    await call('team-a', 'POST', `2.0/mlflow/webhooks/${webhook_id}/test`, {})
    await own.until(2)
    assert.equal(JSON.parse(own.got[1]?.body ?? '').workspace, 'team-a')
    assert.equal(other.got.length, 0)
  })

  test('a rule of the policy may be one of some workspaces', async () => {
    const { call, made } = await place(await open())
    const text = [
      'version: 1',
      'rules:',
      '  - workspaces: team-*',
      '    models: "*"',
      '    aliases: live',
      '    require: { scan: clean, signature: any }',
    ].join('\n')
    assert.equal((await call('default', 'PUT', '2.0/millrace/promotions/policy', { text })).status, 200)
    for (const workspace of ['team-a', 'default']) {
      await made(workspace, '2.0/mlflow/registered-models/create', { name: 'm' })
      const { experiment_id } = await made(workspace, '2.0/mlflow/experiments/create', { name: 'e' })
      const { run_id } = (await made(workspace, '2.0/mlflow/runs/create', { experiment_id })).run.info
      await made(workspace, '2.0/mlflow/model-versions/create', { name: 'm', source: `runs:/${run_id}/model`, run_id })
    }
    const point = async (workspace: string) =>
      (await call(workspace, 'POST', '2.0/mlflow/registered-models/alias', { name: 'm', alias: 'live', version: '1' })).status
    assert.deepEqual([await point('team-a'), await point('default')], [403, 200])
    const bad = await call('default', 'PUT', '2.0/millrace/promotions/policy', { text: text.replace('team-*', '[]') })
    assert.match(bad.body.message, /line 3.*at least one workspace/s)
  })

  test('the trash is emptied in one workspace, and names of another are not there', async () => {
    const db = await open()
    const { call, made, server } = await place(db)
    const ids: Record<string, string> = {}
    for (const workspace of ['team-a', 'team-b']) {
      const { experiment_id } = await made(workspace, '2.0/mlflow/experiments/create', { name: 'e' })
      const { run_id } = (await made(workspace, '2.0/mlflow/runs/create', { experiment_id })).run.info
      await made(workspace, '2.0/mlflow/runs/delete', { run_id })
      ids[workspace] = run_id
    }
    const empty = (wanted: object) => emptyTrash(db, server.settings, { before_ms: 4_000_000_000_000, dry_run: false, ...wanted })
    await assert.rejects(empty({ workspace: 'team-a', run_ids: [ids['team-b']] }), /there is no run \w+ in the workspace team-a/)
    await assert.rejects(empty({ workspace: 'nowhere' }), /nowhere/)
    assert.equal((await empty({ workspace: 'team-a' })).runs, 1)
    const left = async (workspace: string) => (await call(workspace, 'GET', `2.0/mlflow/runs/get?run_id=${ids[workspace]}`)).status
    assert.deepEqual([await left('team-a'), await left('team-b')], [404, 200])
  })
})

test('requests are counted by workspace, and only by those that are there', async (t) => {
  const { openSqlite } = await import('../db/sqlite.ts')
  const { migrate } = await import('../db/migrate.ts')
  const db = openSqlite(':memory:')
  await migrate(db)
  const { server, call } = await place(db, { expose_prometheus: true })
  t.after(async () => {
    await server.app.close()
    await db.close()
  })
  for (const workspace of ['team-a', 'team-a', 'nowhere']) await call(workspace, 'GET', '2.0/mlflow/experiments/get?experiment_id=987654')
  const { text } = await server.call('GET', '/metrics')
  assert.match(text, /millrace_workspace_requests_total\{workspace="team-a",status="4xx"\} 2/)
  assert.doesNotMatch(text, /nowhere/)
})
