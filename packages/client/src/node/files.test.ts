import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type RunningServer, startServer } from '../../../server/src/main.ts'
import { newFolder } from '../../../server/src/testing/folder.ts'
import { testSettings } from '../../../server/src/testing/server.ts'
import { DigestError } from '../download.ts'
import { clientFromEnvironment } from './environment.ts'
import { downloadFile, uploadFile } from './files.ts'

let server: RunningServer
before(async () => {
  server = await startServer({ host: '127.0.0.1', port: 0, database: { kind: 'sqlite', file: ':memory:' }, settings: testSettings() })
})
after(() => server.close())

test('a file goes up and comes back; one that is not what it should be is not kept', async () => {
  const client = clientFromEnvironment({}, { MLFLOW_TRACKING_URI: server.url })
  const run = await client.startRun({ experiment_name: 'files' })
  const folder = newFolder('client')
  const bytes = randomBytes(3_000_000)
  writeFileSync(join(folder, 'model.bin'), bytes)
  const { sha256 } = await uploadFile(client, run.run_id, join(folder, 'model.bin'), 'models/model.bin', { verify: true })
  await downloadFile(client, run.run_id, 'models/model.bin', join(folder, 'back.bin'), { sha256 })
  assert.ok(readFileSync(join(folder, 'back.bin')).equals(bytes))
  const wrong = downloadFile(client, run.run_id, 'models/model.bin', join(folder, 'wrong.bin'), { sha256: '00' })
  await assert.rejects(wrong, DigestError)
  assert.deepEqual(readdirSync(folder).sort(), ['back.bin', 'model.bin'])
  const tags = Object.fromEntries((await client.runs.get({ run_id: run.run_id })).run.data.tags.map(({ key, value }) => [key, value]))
  assert.match(tags['mlflow.source.name'] ?? '', /files\.test\.ts$/)
  assert.ok(tags['mlflow.user'])
})

test('an address that is none is said to be none', () => {
  assert.throws(() => clientFromEnvironment({}, {}), /set MLFLOW_TRACKING_URI/)
  assert.throws(() => clientFromEnvironment({}, { MLFLOW_TRACKING_URI: 'file:///runs' }), /'file:\/\/\/runs' is no server's address/)
})
