import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type MillraceClient, registerPrompt } from '../../packages/client/src/index.ts'
import type { StartedServer } from '../server.ts'
import { HOSTILE } from './hostile.ts'

const PASSWORD = 'violet-harbour-7-kettle'
const text = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content)

/** A server with login and workspaces that has something on each page of its administration, hostile text in every name that takes it. */
export async function fillAdministration(client: MillraceClient, hook: string): Promise<void> {
  await accounts(client)
  for (const [name, description] of [
    ['team-a', HOSTILE],
    ['the-forecasting-group-of-the-northern-warehouses', ''],
  ] as const)
    await client.workspaces.create({ name, description })
  await client.request('/api/2.0/mlflow/experiments/create', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-mlflow-workspace': 'team-a' },
    body: JSON.stringify({ name: 'theirs' }),
  })
  const { webhook } = await client.webhooks.create({
    name: 'chat',
    url: hook,
    description: HOSTILE,
    events: [{ entity: 'MODEL_VERSION_TAG', action: 'SET' }],
  })
  const { webhook_id } = webhook
  await client.call('POST /api/2.0/millrace/audit-log/alerts', { name: HOSTILE, kind: 'burst', webhook_id, action: HOSTILE })
  await client.call('POST /api/2.0/millrace/quotas/set', { scope: 'workspace', name: 'team-a', upload_bytes_per_day: 5_000_000_000 })
  await trash(client)
  for (const name of ['churn', 'steps']) await registerTwice(client, name)
  await client.call('POST /api/2.0/millrace/rollouts/start', { name: 'churn', alias: 'live', version: '2', reason: HOSTILE })
  // It is protected: this opens a request.
  await client.registeredModels.setAlias({ name: 'churn', alias: 'champion', version: '2' }).catch(() => {})
  for (const template of [`Be kind to {{ name }}.\n${HOSTILE}`, 'Be kind to {{ name }} and brief.'])
    await registerPrompt(client, { name: 'greeting', template })
}

async function accounts(client: MillraceClient): Promise<void> {
  const body = JSON.stringify({ username: 'ada', password: PASSWORD })
  await client.request('/api/2.0/mlflow/users/create', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  await client.call('POST /api/2.0/millrace/users/create-service', { username: 'robot' })
  for (const name of ['nightly', HOSTILE, 'to be ended'])
    await client.call('POST /api/2.0/millrace/tokens/create', { username: 'robot', name, expires_in_s: 86_400 })
  for (const name of ['reviewer', HOSTILE.slice(0, 60)]) {
    const { role } = await client.roles.create({ name, workspace: 'default', description: HOSTILE })
    await client.roles.permissionsAdd({ role_id: role.id, resource_type: 'registered_model', resource_pattern: '*', permission: 'READ' })
    await client.roles.assign({ username: 'ada', role_id: role.id })
  }
  await client.groups.create({ name: 'readers' })
}

async function trash(client: MillraceClient): Promise<void> {
  const { experiment_id } = await client.experiments.create({ name: HOSTILE })
  await client.runs.create({ experiment_id })
  await client.experiments.delete({ experiment_id })
  for (const run_name of ['stale 1', `${HOSTILE} stale 2`]) {
    const { run } = await client.runs.create({ experiment_id: '0', run_name })
    await client.uploadArtifact({ run_id: run.info.run_id }, 'a.txt', text('a file'))
    await client.runs.delete({ run_id: run.info.run_id })
  }
  const made = await client.call('POST /api/2.0/mlflow/logged-models', { experiment_id: '0', name: 'stale-net' })
  await client.call('DELETE /api/2.0/mlflow/logged-models/{model_id}', { model_id: made.model.info.model_id })
}

/** A model of two versions, the first of which answers under @live. */
export async function registerTwice(client: MillraceClient, name: string): Promise<void> {
  await client.registeredModels.create({ name, description: HOSTILE })
  for (const number of ['1', '2']) {
    const { run } = await client.runs.create({ experiment_id: '0' })
    const { run_id } = run.info
    await client.uploadArtifact({ run_id }, 'model/MLmodel', text(`flavors: {}\n# ${number}\n`))
    await client.modelVersions.create({ name, source: `runs:/${run_id}/model`, run_id, description: HOSTILE })
    for (let status = ''; status !== 'READY'; await new Promise((done) => setTimeout(done, 50)))
      status = (await client.modelVersions.get({ name, version: number })).model_version.status
  }
  await client.registeredModels.setAlias({ name, alias: 'live', version: '1' })
}

/** As after a day of attempts: an event that was given up. */
export function giveUpOn({ dir }: StartedServer, name: string): void {
  const db = new Database(join(dir, 'millrace-data', 'millrace.db'))
  db.prepare(
    `insert into webhook_delivery (delivery_id, webhook, about, event, body, created_ms, attempts, due_ms, dead_ms, last_problem)
     select 'given-up', id, 'registered_model/x', 'registered_model.created', '{}', ?, 20, 0, ?, 'the receiver answered 500'
     from webhook where name = ?`,
  ).run(Date.now(), Date.now(), name)
  db.close()
}
