import assert from 'node:assert/strict'
import { test } from 'node:test'
import { query } from '../../db/handles.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { registryOf } from '../../testing/registry.ts'
import { TestServer } from '../../testing/server.ts'
import { outdatedVerdicts, recordVerdict, type Verdict, verdictOfDigest } from './index.ts'

const ROOT = query<{ root_sha256: string }>('select root_sha256 from model_version_manifest order by version limit 1')
const verdict = (ending: Verdict['ending'], rules_version: string, findings: Verdict['findings'] = []): Verdict => ({
  ending,
  findings,
  rules_version,
  scanned_ms: 7,
})

overEachDatabase('verdicts of scans', (open) => {
  test('a verdict is of files: a copy has it, a later one takes its place, and rules that changed ask for another', async () => {
    const db = await open()
    const server = new TestServer(db)
    const registry = registryOf(server)
    const run = (await server.post('runs/create', { experiment_id: '0' })).body.run.info.run_id
    await server.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/model/a`, Buffer.from('a'))
    for (const name of ['m', 'copy']) await registry.post('registered-models/create', { name })
    await registry.post('model-versions/create', { name: 'm', source: `runs:/${run}/model` })
    await registry.get('model-versions/get', { name: 'm', version: '1' })
    const scan = (name: string) => server.call('GET', `/api/2.0/millrace/model-versions/scan?name=${name}&version=1`)
    assert.equal((await scan('m')).status, 404)
    const { root_sha256 } = (await db.reader.get(ROOT)) as { root_sha256: string }
    assert.deepEqual(
      (await outdatedVerdicts(db.reader, 'r1', 10)).map((one) => one.root_sha256),
      [root_sha256],
    )
    const found = { rule: 'pickle-global', severity: 'high', file: 'a', offset: 3, evidence: 'os.system' }
    await db.write((tx) => recordVerdict(tx, root_sha256, verdict('malicious', 'r1', [found])))
    await registry.post('model-versions/create', { name: 'copy', source: 'models:/m/1' })
    assert.deepEqual((await scan('copy')).body, { scan: verdict('malicious', 'r1', [found]) })
    assert.deepEqual(await outdatedVerdicts(db.reader, 'r1', 10), [])
    assert.equal((await outdatedVerdicts(db.reader, 'r2', 10)).length, 1)
    await db.write((tx) => recordVerdict(tx, root_sha256, verdict('clean', 'r2')))
    assert.deepEqual((await scan('m')).body, { scan: verdict('clean', 'r2') })
    assert.equal(await verdictOfDigest(db.reader, 'other'), undefined)
  })
})
