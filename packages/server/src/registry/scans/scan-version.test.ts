import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { NOBODY } from '@millrace/sign'
import { signerFromPem } from '@millrace/sign/make'
import { silent } from '../../http/log.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { registryOf } from '../../testing/registry.ts'
import { TestServer } from '../../testing/server.ts'
import { holdTrusted } from '../signatures/index.ts'
import { scanStep } from './index.ts'

/** A pickle that calls `os.system`. */
const EVIL = Buffer.from("cos\nsystem\n(S'true'\ntR.", 'latin1')
const HARMLESS = Buffer.from('\x80\x02N.', 'latin1')

overEachDatabase('scans at registration', (open) => {
  test('RC-01 RC-02 a malicious file fails the registration, whatever it is called, and the status names it', async () => {
    const shelf = await shelfOf(open)
    await shelf.put('evil/weights.bin', EVIL)
    const version = await shelf.register('evil')
    assert.equal(version.status, 'FAILED_REGISTRATION')
    assert.match(version.status_message, /weights\.bin: pickle\/dangerous-import: .*os system/)
    assert.equal(shelf.tagOf(version), 'malicious')
    const { body } = await shelf.server.call('GET', '/api/2.0/millrace/model-versions/scan?name=evil&version=1')
    assert.equal(body.scan.ending, 'malicious')
    assert.equal(body.scan.findings[0].file, 'weights.bin')
  })

  test('a harmless version is ready, and shows in a tag that no client may set how the scan ended', async () => {
    const shelf = await shelfOf(open)
    await shelf.put('fine/model.pkl', HARMLESS)
    await shelf.put('fine/MLmodel', Buffer.from('flavors: {}\n'))
    const version = await shelf.register('fine')
    assert.equal(version.status, 'READY')
    assert.equal(shelf.tagOf(version), 'clean')
    const set = await shelf.server.post('model-versions/set-tag', { name: 'fine', version: '1', key: 'millrace.scan', value: 'mine' })
    assert.equal(set.status, 400)
  })

  test('what is not understood makes a version ready and not clean', async () => {
    const shelf = await shelfOf(open)
    await shelf.put('odd/data', Buffer.from([1, 2, 3, 4, 5]))
    const version = await shelf.register('odd')
    assert.equal(version.status, 'READY')
    assert.equal(shelf.tagOf(version), 'not looked at')
  })
})

overEachDatabase('files that were found malicious', (open) => {
  test('RC-01 are had by no way to them, and what lies beside them is, until their version is gone', async () => {
    const shelf = await shelfOf(open)
    const { server, run } = shelf
    await shelf.put('evil/weights.bin', EVIL)
    await shelf.put('evil/MLmodel', Buffer.from('flavors: {}\n'))
    await shelf.put('plot.txt', Buffer.from('a plot'))
    const ways = (path: string): string[] => [
      `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/${path}`,
      `/get-artifact?run_id=${run}&path=${path}`,
    ]
    const statusOf = async (url: string): Promise<number> => (await server.call('GET', url)).status
    for (const url of ways('evil/weights.bin')) assert.equal(await statusOf(url), 200, 'nobody has judged it yet')
    await shelf.register('evil')
    for (const url of ways('evil/weights.bin')) {
      for (const headers of [{}, { range: 'bytes=0-3' }]) {
        const { status, body } = await server.call('GET', url, undefined, headers)
        assert.deepEqual([status, body.error_code], [403, 'PERMISSION_DENIED'], url)
        assert.match(body.message, /^'weights\.bin' is not handed out: .*malicious \(pickle\/dangerous-import\)/)
      }
      assert.equal((await server.call('HEAD', url)).status, 403, url)
    }
    for (const path of ['evil/MLmodel', 'plot.txt']) {
      for (const url of ways(path)) assert.equal(await statusOf(url), 200, url)
    }
    assert.equal(await statusOf('/model-versions/get-artifact?name=evil&version=1&path=MLmodel'), 403)
    await shelf.registry.delete('model-versions/delete', { name: 'evil', version: '1' })
    for (const url of ways('evil/weights.bin')) assert.equal(await statusOf(url), 200, 'a file like others')
  })
})

overEachDatabase('verdicts that are shown', (open) => {
  test('a version and its copy show one verdict in one tag, and the server attests it with its key', async () => {
    const shelf = await shelfOf(open)
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const signer = signerFromPem(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
    holdTrusted(shelf.db.reader, { trust: NOBODY, own: { signer } })
    await shelf.put('fine/model.pkl', HARMLESS)
    await shelf.register('fine')
    await shelf.registry.post('registered-models/create', { name: 'copy' })
    await shelf.registry.post('model-versions/create', { name: 'copy', source: 'models:/fine/1' })
    for (const name of ['fine', 'copy']) {
      const { model_version } = await shelf.registry.get('model-versions/get', { name, version: '1' })
      assert.deepEqual(model_version.tags, [{ key: 'millrace.scan', value: 'clean' }], name)
      const { body } = await shelf.server.call('GET', `/api/2.0/millrace/attestations/list?name=${name}&version=1`)
      assert.deepEqual(
        body.attestations.map((one: { kind: string; valid: boolean; summary: string }) => [one.kind, one.valid, one.summary]),
        [['scan', true, 'clean, by millrace']],
        name,
      )
    }
  })
})

async function shelfOf(open: () => Promise<Parameters<typeof scanStep>[0]>) {
  const db = await open()
  const server = new TestServer(db, {}, {}, undefined, [scanStep(db, silent)])
  const registry = registryOf(server)
  const run = (await server.post('runs/create', { experiment_id: '0' })).body.run.info.run_id
  return {
    db,
    server,
    registry,
    run,
    put: (path: string, bytes: Buffer) => server.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/${path}`, bytes),
    /** Registers a folder under its own name, and waits until that has ended, as MLflow's client does. */
    register: async (name: string) => {
      await registry.post('registered-models/create', { name })
      await registry.post('model-versions/create', { name, source: `runs:/${run}/${name}` })
      for (let tries = 0; tries < 600; tries++) {
        const { model_version } = await registry.get('model-versions/get', { name, version: '1' })
        if (model_version.status !== 'PENDING_REGISTRATION') return model_version
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      throw new Error('the registration did not end')
    },
    tagOf: (version: { tags?: { key: string; value: string }[] }) => version.tags?.find(({ key }) => key === 'millrace.scan')?.value,
  }
}
