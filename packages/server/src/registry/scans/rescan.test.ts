import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { RULES_VERSION } from '@millrace/scan'
import type { Database } from '../../db/database.ts'
import { command, query } from '../../db/handles.ts'
import { silent } from '../../http/log.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { registryOf } from '../../testing/registry.ts'
import { TestServer } from '../../testing/server.ts'
import { outdatedVerdicts, Rescan, recordVerdict, type Verdict } from './index.ts'
import type { Rules } from './rescan.ts'

/** A pickle that calls `os.system`, which rules of long ago let pass. */
const EVIL = Buffer.from("cos\nsystem\n(S'true'\ntR.", 'latin1')
const HARMLESS = Buffer.from('\x80\x02N.', 'latin1')

const ROOTS = query<{ root_sha256: string }>('select root_sha256 from model_version_manifest order by version')
const TOLD = query<{ n: number }>('select count(*) as n from webhook_delivery')
const FORGET = command('delete from scan_result')
const before = (rules_version: string): Verdict => ({ ending: 'clean', findings: [], rules_version, scanned_ms: 7 })

overEachDatabase('a scan by later rules', (open) => {
  test('what fails now is quarantined and told once; what is still harmless stays; what was judged is not judged again', async () => {
    const shelf = await shelfOf(await open())
    await shelf.register('evil', EVIL)
    await shelf.register('fine', HARMLESS)
    await shelf.judged('2001.1.1')
    assert.equal(await shelf.loadOf('evil'), 200)
    await rescanned(shelf.db, shelf.server)
    assert.deepEqual(await shelf.shown('evil'), ['malicious', 'malicious'])
    assert.deepEqual(await shelf.shown('fine'), ['clean', 'clean'])
    assert.equal(await shelf.loadOf('evil'), 403)
    assert.equal(await shelf.loadOf('fine'), 200)
    assert.equal((await shelf.db.reader.get(TOLD))?.n, 1)
    await rescanned(shelf.db, shelf.server, NEVER)
    assert.equal((await shelf.db.reader.get(TOLD))?.n, 1)
  })

  test('files that nobody judged are judged; those of later rules, and those changed on the disk, keep what they have', async () => {
    const shelf = await shelfOf(await open())
    const changed = await shelf.register('changed', EVIL)
    await shelf.judged('2001.1.1')
    writeFileSync(join(shelf.server.settings.artifacts_destination, '0', changed, 'artifacts', 'changed', 'model.pkl'), HARMLESS)
    await shelf.register('later', Buffer.concat([HARMLESS, HARMLESS]))
    const [, later] = await shelf.db.reader.all(ROOTS)
    await shelf.db.write((tx) => recordVerdict(tx, later?.root_sha256 ?? '', before('2999.1.1')))
    await rescanned(shelf.db, shelf.server, NEVER)
    assert.equal((await outdatedVerdicts(shelf.db.reader, '2999.1.1', 10)).length, 1)
    await shelf.register('new', EVIL)
    await shelf.db.write((tx) => tx.run(FORGET))
    await rescanned(shelf.db, shelf.server)
    assert.deepEqual(await shelf.shown('new'), ['malicious', 'malicious'])
    assert.deepEqual(await shelf.shown('changed'), ['malicious', 'malicious'], 'the verdict is of the files that were registered')
  })

  test('a scan that does not run leaves the verdict, and one that is stopped is begun again at the next start', async () => {
    const shelf = await shelfOf(await open())
    await shelf.register('evil', EVIL)
    await shelf.judged('2001.1.1')
    const broken: Rules = { version: '2002.1.1', judge: () => Promise.reject(new Error('no process')) }
    await rescanned(shelf.db, shelf.server, broken)
    assert.deepEqual(await shelf.shown('evil'), ['clean', 'clean'])
    const begun = Promise.withResolvers<void>()
    const held: Rules = {
      version: '2002.1.1',
      judge: (_, __, signal) => {
        begun.resolve()
        return new Promise((_, fail) => signal?.addEventListener('abort', () => fail(signal.reason)))
      },
    }
    const rescan = new Rescan(shelf.db, shelf.server.settings, silent, held)
    rescan.start()
    await begun.promise
    await rescan.stop()
    await rescanned(shelf.db, shelf.server)
    assert.deepEqual(await shelf.shown('evil'), ['malicious', 'malicious'])
  })
})

/** Rules under which nothing may need to be judged. */
const NEVER: Rules = {
  version: RULES_VERSION,
  judge: () => {
    throw new Error('it was judged again')
  },
}

/** Looks until nothing is left that can be judged. */
async function rescanned(db: Database, server: TestServer, rules?: Rules): Promise<void> {
  const errors: unknown[] = []
  const rescan = new Rescan(db, server.settings, { ...silent, error: (told) => errors.push(told) }, rules)
  rescan.start()
  while (!rescan.idle) await new Promise((resolve) => setTimeout(resolve, 10))
  await rescan.stop()
  if (rules === NEVER) assert.deepEqual(errors, [])
}

async function shelfOf(db: Database) {
  const server = new TestServer(db, { webhook_allowed_hosts: ['127.0.0.1'], webhook_allowed_schemes: ['http'] })
  const registry = registryOf(server)
  const events = [{ entity: 'MODEL_VERSION', action: 'QUARANTINED' }]
  const hook = await server.post('webhooks', { name: 'hook', url: 'http://127.0.0.1:9/', events })
  assert.equal(hook.status, 200, hook.text)
  return {
    db,
    server,
    /** Registers a model of one pickle, which nobody scans; gives its run. */
    register: async (name: string, bytes: Buffer): Promise<string> => {
      const run = (await server.post('runs/create', { experiment_id: '0' })).body.run.info.run_id
      await server.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/${name}/model.pkl`, bytes)
      await registry.post('registered-models/create', { name })
      await registry.post('model-versions/create', { name, source: `runs:/${run}/${name}` })
      for (let tries = 0; tries < 600; tries++) {
        const { model_version } = await registry.get('model-versions/get', { name, version: '1' })
        if (model_version.status === 'READY') return run
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      throw new Error('the registration did not end')
    },
    /** All files were found clean by rules of that version. */
    judged: async (rules_version: string): Promise<void> => {
      const roots = await db.reader.all(ROOTS)
      await db.write(async (tx) => {
        for (const { root_sha256 } of roots) await recordVerdict(tx, root_sha256, before(rules_version))
      })
    },
    /** How the scan ended, as the endpoint and as the tag show it. */
    shown: async (name: string): Promise<unknown[]> => {
      const { body } = await server.call('GET', `/api/2.0/millrace/model-versions/scan?name=${name}&version=1`)
      const { model_version } = await registry.get('model-versions/get', { name, version: '1' })
      return [body.scan.ending, model_version.tags.find(({ key }: { key: string }) => key === 'millrace.scan').value]
    },
    loadOf: async (name: string): Promise<number> => (await server.get('model-versions/get-download-uri', { name, version: '1' })).status,
  }
}
