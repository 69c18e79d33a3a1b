import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { startS3, type TestS3 } from '../../../../../tools/test/s3.ts'
import { FINDINGS_KEPT_MAX } from '../../artifacts/index.ts'
import { connectS3 } from '../../artifacts/stores/s3-client.ts'
import type { Settings } from '../../config.ts'
import { query } from '../../db/handles.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { registryOf } from '../../testing/registry.ts'
import { TestServer } from '../../testing/server.ts'
import { recordVerdict } from './index.ts'

const ROOTS = query<{ root_sha256: string }>('select distinct root_sha256 from model_version_manifest')
const found = (file: string, severity = 'critical') => ({ rule: 'pickle/dangerous-import', severity, file, evidence: 'os system' })

const BUCKET = 'judged'

let gateway: TestS3
before(async () => {
  gateway = await startS3()
  Object.assign(process.env, gateway.env)
  const s3 = await connectS3()
  await s3.client.send(new s3.sdk.CreateBucketCommand({ Bucket: BUCKET }))
})
after(() => gateway.stop())

overEachDatabase('downloads after a verdict', (open) => {
  async function shelfOf(settings: Partial<Settings> = {}) {
    const db = await open()
    const server = new TestServer(db, settings)
    const registry = registryOf(server)
    const run = (await server.post('runs/create', { experiment_id: '0' })).body.run.info.run_id
    const at = '/api/2.0/mlflow-artifacts/artifacts/0'
    await registry.post('registered-models/create', { name: 'm' })
    return {
      server,
      run,
      at,
      put: (path: string) => server.call('PUT', `${at}/${path}`, Buffer.from('bytes')),
      statusOf: async (url: string): Promise<number> => (await server.call('GET', url)).status,
      /** Makes a version of a source, of which a scan then says this. */
      judged: async (source: string, findings: ReturnType<typeof found>[]): Promise<() => Promise<unknown>> => {
        const { version } = (await registry.post('model-versions/create', { name: 'm', source })).model_version
        await registry.get('model-versions/get', { name: 'm', version })
        const verdict = { ending: 'malicious' as const, findings, rules_version: 'r', scanned_ms: 7 }
        const roots = await db.reader.all(ROOTS)
        assert.equal(roots.length, 1, 'its files are known')
        await db.write((tx) => recordVerdict(tx, roots[0]?.root_sha256 ?? '', verdict))
        return () => registry.delete('model-versions/delete', { name: 'm', version })
      },
    }
  }

  test('RC-01 of a version of a whole run, or of one file: what the scan named is refused, and nothing beside it', async () => {
    const { run, put, statusOf, judged } = await shelfOf()
    for (const path of ['a/evil.pkl', 'a/evil.pkl.txt', 'plot.txt']) await put(`${run}/artifacts/${path}`)
    const get = (path: string): Promise<number> => statusOf(`/get-artifact?run_id=${run}&path=${path}`)
    const all = async (): Promise<number[]> => [await get('a/evil.pkl'), await get('a/evil.pkl.txt'), await get('plot.txt')]
    for (const [source, file] of [
      [`runs:/${run}/`, 'a/evil.pkl'],
      [`runs:/${run}/a`, 'evil.pkl'],
      [`runs:/${run}/a/evil.pkl`, 'evil.pkl'],
    ] as const) {
      const remove = await judged(source, [found(file), found('plot.txt', 'high')])
      assert.deepEqual(await all(), [403, 200, 200], source)
      await remove()
      assert.deepEqual(await all(), [200, 200, 200], 'with the version goes what was said of it')
    }
  })

  test('RC-01 of a logged model, by its own way and by its path', async () => {
    const { server, at, put, statusOf, judged } = await shelfOf()
    const { model_id } = (await server.post('logged-models', { experiment_id: '0' })).body.model.info
    for (const name of ['evil.pkl', 'MLmodel']) await put(`models/${model_id}/artifacts/${name}`)
    await judged(`models:/${model_id}`, [found('evil.pkl')])
    for (const [name, status] of [
      ['evil.pkl', 403],
      ['MLmodel', 200],
    ] as const) {
      for (const url of [
        `/ajax-api/2.0/mlflow/logged-models/${model_id}/artifacts/files?artifact_file_path=${name}`,
        `${at}/models/${model_id}/artifacts/${name}`,
      ]) {
        assert.equal(await statusOf(url), status, url)
      }
    }
  })

  test('RC-01 where a verdict names as many as it keeps, all files of the version are refused', async () => {
    const { run, at, put, statusOf, judged } = await shelfOf()
    for (const path of ['m/fine', 'plot.txt']) await put(`${run}/artifacts/${path}`)
    const many = [...Array(FINDINGS_KEPT_MAX).keys()].map((number) => found(`${number}.pkl`))
    const remove = await judged(`runs:/${run}/m`, many.slice(1))
    assert.equal(await statusOf(`${at}/${run}/artifacts/m/fine`), 200)
    await remove()
    await judged(`runs:/${run}/m`, many)
    assert.equal(await statusOf(`${at}/${run}/artifacts/m/fine`), 403)
    assert.equal(await statusOf(`${at}/${run}/artifacts/plot.txt`), 200)
  })

  test('RC-01 in a bucket get no address of the store, and are not handed through', async () => {
    const place = `s3://${BUCKET}/${randomUUID()}`
    const { server, run, at, put, statusOf, judged } = await shelfOf({ artifacts_destination: place, default_artifact_root: place })
    for (const path of ['m/evil.pkl', 'm/MLmodel']) await put(`${run}/artifacts/${path}`)
    await judged(`runs:/${run}/m`, [found('evil.pkl')])
    for (const [path, status] of [
      ['m/evil.pkl', 403],
      ['m/MLmodel', 200],
    ] as const) {
      const signed = await server.post('artifacts/presigned-download-url', { run_id: run, path })
      assert.equal(signed.status, status, signed.text)
      for (const way of ['artifacts', 'presigned']) {
        const url = `${at.replace('artifacts/0', `${way}/0`)}/${run}/artifacts/${path}`
        assert.equal(await statusOf(url), status, url)
      }
    }
  })
})
