import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { startS3, type TestS3 } from '../../../../../tools/test/s3.ts'
import { QuotaMeter } from '../../access/quotas/index.ts'
import { query } from '../../db/handles.ts'
import { migrate } from '../../db/migrate.ts'
import { openSqlite } from '../../db/sqlite.ts'
import { serverWithAccounts } from '../../testing/accounts.ts'
import { startRun } from '../../testing/runs.ts'
import { type Answer, type TestServer, testSettings } from '../../testing/server.ts'
import { listen, RawClient, serverInMemory } from '../../testing/sockets.ts'
import { incomingBytes } from '../incoming.ts'
import { connectS3, type S3 } from './s3-client.ts'
import { namePast, S3Store } from './s3-store.ts'

const AT = '/api/2.0/mlflow-artifacts'
const BUCKET = 'artifacts'

describe('artifacts on S3', () => {
  let gateway: TestS3
  let s3: S3
  before(async () => {
    gateway = await startS3()
    Object.assign(process.env, gateway.env)
    s3 = await connectS3()
    await s3.client.send(new s3.sdk.CreateBucketCommand({ Bucket: BUCKET }))
  })
  after(() => gateway.stop())

  let prefixes = 0
  async function newServer(): Promise<{ server: TestServer; prefix: string }> {
    const prefix = `team/p${++prefixes}`
    const artifacts_destination = `s3://${BUCKET}/${prefix}`
    return { prefix, server: await serverInMemory({ settings: { ...testSettings(), artifacts_destination } }) }
  }
  const put = (server: TestServer, path: string, body: Buffer | string): ReturnType<TestServer['call']> =>
    server.call('PUT', `${AT}/artifacts/${path}`, Buffer.from(body), { 'content-type': 'application/octet-stream' })
  const get = async (
    server: TestServer,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; bytes: Buffer }> => {
    const { statusCode, rawPayload } = await server.app.inject({
      url: `${AT}/artifacts/${path}`,
      headers: { host: 'localhost:5000', ...headers },
    })
    return { status: statusCode, bytes: rawPayload }
  }
  const keysOf = async (prefix: string): Promise<string[]> => {
    const { Contents = [] } = await s3.client.send(new s3.sdk.ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }))
    return Contents.map(({ Key = '' }) => Key.slice(prefix.length + 1))
  }
  const unfinished = async (prefix: string): Promise<number> => {
    const { Uploads = [] } = await s3.client.send(new s3.sdk.ListMultipartUploadsCommand({ Bucket: BUCKET }))
    return Uploads.filter(({ Key = '' }) => Key.startsWith(prefix)).length
  }

  for (const size of [0, 5, 2 ** 23, 2 ** 23 + 1, 3 * 2 ** 23 + 7]) {
    test(`come back as they were sent, ${size} bytes, and in ranges`, async () => {
      const { server, prefix } = await newServer()
      const bytes = randomBytes(size)
      const answer = await put(server, 'a/b.bin', bytes)
      assert.equal(answer.status, 200, answer.text)
      assert.equal(answer.headers['repr-digest'], `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`)
      assert.ok((await get(server, 'a/b.bin')).bytes.equals(bytes))
      assert.deepEqual(await keysOf(prefix), ['a/b.bin'])
      assert.equal(await unfinished(prefix), 0)
      if (size === 0) return
      const range = await get(server, 'a/b.bin', { range: `bytes=${size - 3}-` })
      assert.equal(range.status, 206)
      assert.ok(range.bytes.equals(bytes.subarray(size - 3)))
      const head = await server.call('HEAD', `${AT}/artifacts/a/b.bin`)
      assert.equal(head.headers['content-length'], String(size))
    })
  }

  test('whose length nobody told come back whole, also when they end where a part does', async () => {
    const store = new S3Store(BUCKET, ['unknown'])
    for (const size of [0, 5, 2 ** 23, 2 ** 24]) {
      const bytes = randomBytes(size)
      const { fill } = incomingBytes(bytes)
      assert.deepEqual(await store.write(['f'], { fill }), { size, sha256: createHash('sha256').update(bytes).digest() })
      const { Body } = await s3.client.send(new s3.sdk.GetObjectCommand({ Bucket: BUCKET, Key: 'unknown/f' }))
      assert.ok(bytes.equals((await Body?.transformToByteArray()) ?? Buffer.from('none')))
    }
    assert.equal(await unfinished('unknown'), 0)
  })

  test('are listed like folders, and deleted with what is below them, but not with what only begins like them', async () => {
    const { server, prefix } = await newServer()
    for (const path of ['run/b', 'run/a%20%C3%A9', 'run/dir/c', 'run2/d', 'run.txt'])
      assert.equal((await put(server, path, 'abc')).status, 200)
    assert.deepEqual((await server.call('GET', `${AT}/artifacts?path=run`)).body.files, [
      { path: 'a é', is_dir: false, file_size: 3 },
      { path: 'b', is_dir: false, file_size: 3 },
      { path: 'dir', is_dir: true },
    ])
    assert.deepEqual((await server.call('GET', `${AT}/artifacts?path=nothing`)).body, { files: [] })
    assert.equal((await server.call('DELETE', `${AT}/artifacts/run`)).status, 200)
    assert.deepEqual(await keysOf(prefix), ['run.txt', 'run2/d'])
    assert.equal((await server.call('DELETE', `${AT}/artifacts/run`)).status, 200)
  })

  test('that are not there are 404, and a folder is no file', async () => {
    const { server } = await newServer()
    await put(server, 'a/b', 'x')
    assert.equal((await server.call('GET', `${AT}/artifacts/nothing`)).body.error_code, 'RESOURCE_DOES_NOT_EXIST')
    assert.equal((await server.call('GET', `${AT}/artifacts/a`)).status, 400)
    assert.equal((await server.call('GET', `${AT}/presigned/nothing`)).status, 404)
  })

  test('whose upload breaks off leave neither an object nor parts', async () => {
    const { server, prefix } = await newServer()
    const client = await RawClient.open(await listen(server))
    client.send(`PUT ${AT}/artifacts/f HTTP/1.1\r\nHost: localhost:5000\r\nContent-Length: 50000000\r\n\r\n`)
    client.send(randomBytes(20_000_000))
    for (const deadline = Date.now() + 5_000; (await unfinished(prefix)) === 0; ) assert.ok(Date.now() < deadline, 'no part came')
    client.socket.destroy()
    for (const deadline = Date.now() + 5_000; (await unfinished(prefix)) > 0; ) assert.ok(Date.now() < deadline, 'its parts stayed')
    assert.deepEqual(await keysOf(prefix), [])
  })

  test('may be sent in parts to the store itself, and fetched from it', async () => {
    const { server } = await newServer()
    const bytes = randomBytes(2 ** 23 + 100)
    const created = await server.call('POST', `${AT}/mpu/create/run/dir`, { path: '/data/big model.bin', num_parts: 2 })
    assert.equal(created.status, 200, created.text)
    const { upload_id, credentials } = created.body
    const parts: { part_number: number; etag: string | null; url: string }[] = []
    for (const [at, { url, part_number }] of credentials.entries()) {
      const sent = await fetch(url, { method: 'PUT', body: bytes.subarray(at * 2 ** 23, (at + 1) * 2 ** 23) })
      assert.equal(sent.status, 200)
      parts.push({ part_number, etag: sent.headers.get('etag'), url })
    }
    const done = await server.call('POST', `${AT}/mpu/complete/run/dir`, { path: '/data/big model.bin', upload_id, parts })
    assert.equal(done.status, 200, done.text)
    assert.ok((await get(server, 'run/dir/big%20model.bin')).bytes.equals(bytes))
    const { url, file_size } = (await server.call('GET', `${AT}/presigned/run/dir/big%20model.bin`)).body
    assert.equal(file_size, bytes.length)
    const fetched = await fetch(url)
    assert.match(fetched.headers.get('content-disposition') ?? '', /^attachment/)
    assert.ok(Buffer.from(await fetched.arrayBuffer()).equals(bytes))
  })

  test('in parts that are given up or are not those that were sent are refused, and nothing stays', async () => {
    const { server, prefix } = await newServer()
    const { upload_id } = (await server.call('POST', `${AT}/mpu/create/run`, { path: 'x', num_parts: 1 })).body
    const parts = [{ part_number: 1, etag: '"0123456789abcdef0123456789abcdef"' }]
    assert.equal((await server.call('POST', `${AT}/mpu/complete/run`, { path: 'x', upload_id, parts })).status, 400)
    assert.equal((await server.call('POST', `${AT}/mpu/abort/run`, { path: 'x', upload_id })).status, 200)
    assert.equal((await server.call('POST', `${AT}/mpu/complete/run`, { path: 'x', upload_id, parts })).status, 404)
    assert.equal((await server.call('POST', `${AT}/mpu/create/run`, { path: 'x', num_parts: 10_001 })).status, 400)
    assert.equal(await unfinished(prefix), 0)
  })

  test('of a run are read where the run says they are, and signed for', async () => {
    const settings = { ...testSettings(), default_artifact_root: `s3://${BUCKET}/runs` }
    const server = await serverInMemory({ settings })
    const run_id = await startRun(server)
    const signed = await server.post('artifacts/presigned-upload-url', { run_id, path: 'dir/a.txt' })
    assert.equal(signed.status, 200, signed.text)
    const { presigned_url, headers } = signed.body
    assert.equal((await fetch(presigned_url, { method: 'PUT', body: 'hello', headers })).status, 200)
    const { files } = (await server.get('artifacts/list', { run_id, path: 'dir' })).body
    assert.deepEqual(files, [{ path: 'dir/a.txt', is_dir: false, file_size: 5 }])
    assert.equal((await server.call('GET', `/get-artifact?run_id=${run_id}&path=dir/a.txt`)).text, 'hello')
    const download = (await server.post('artifacts/presigned-download-url', { run_id, path: 'dir/a.txt', expiration: 60 })).body
    assert.equal(download.file_size, 5)
    assert.equal(await (await fetch(download.presigned_url)).text(), 'hello')
    for (const expiration of [0, 604_801]) {
      assert.equal((await server.post('artifacts/presigned-download-url', { run_id, path: 'dir/a.txt', expiration })).status, 400)
    }
    assert.equal((await server.post('artifacts/presigned-upload-url', { run_id, model_id: 'm-1', path: 'a' })).status, 400)
  })

  test('DO-08 that clients write to the store itself count as bytes: parts when they become a file, URLs when made', async () => {
    const db = openSqlite(':memory:')
    await migrate(db)
    const own = { artifacts_destination: `s3://${BUCKET}/counted`, default_artifact_root: `s3://${BUCKET}/counted` }
    const quotas = new QuotaMeter(db, { upload_bytes_per_day: 1000 })
    const as = await serverWithAccounts(db, 'MANAGE', ['ann'], { quotas }, { ...testSettings(), ...own })
    const ann = as('ann')
    const used = async (): Promise<number> => (await db.reader.get(query<{ bytes: number }>('select bytes from quota_use')))?.bytes ?? 0
    const { experiment_id } = (await ann.post('experiments/create', { name: 'e' })).body
    const { run_id } = (await ann.post('runs/create', { experiment_id })).body.run.info
    const send = async (bytes: number): Promise<Answer> => {
      const at = `${experiment_id}/${run_id}/artifacts`
      const { upload_id, credentials } = (await ann.call('POST', `${AT}/mpu/create/${at}`, { path: 'f', num_parts: 1 })).body
      const sent = await fetch(credentials[0].url, { method: 'PUT', body: Buffer.alloc(bytes, 'x') })
      const parts = [{ part_number: 1, etag: sent.headers.get('etag') }]
      return ann.call('POST', `${AT}/mpu/complete/${at}`, { path: 'f', upload_id, parts })
    }
    assert.equal((await send(600)).status, 200)
    assert.equal(await used(), 600)
    const over = await send(500)
    assert.deepEqual([over.status, over.body.error_code], [429, 'REQUEST_LIMIT_EXCEEDED'], over.text)
    assert.ok(Number(over.headers['retry-after']) > 0)
    assert.equal(await unfinished('counted'), 0)
    assert.equal((await send(1001)).status, 413)

    const sign = (body: object) => ann.post('artifacts/presigned-upload-url', { run_id, path: 'g', ...body })
    assert.match((await sign({})).body.message, /file_size/)
    assert.equal((await sign({ file_size: 500 })).status, 429)
    const { presigned_url, headers } = (await sign({ file_size: 5 })).body
    assert.equal(await used(), 605)
    const put = (body: string) => fetch(presigned_url, { method: 'PUT', body, headers: { 'content-type': headers['Content-Type'] } })
    assert.equal((await put('longer than that')).status, 403)
    assert.equal((await put('hello')).status, 200)
    await db.close()
  })

  test('RC-16 of a registered version are written by nobody, by no way: 409; what went past the server is refused at load', async () => {
    const prefix = 'team/frozen'
    // The same place by two ways: through the server, and by addresses of the store itself.
    const place = `s3://${BUCKET}/${prefix}`
    const server = await serverInMemory({ settings: { ...testSettings(), artifacts_destination: place, default_artifact_root: place } })
    const { run_id } = (await server.post('runs/create', { experiment_id: '0' })).body.run.info
    const [folder, bytes] = [`0/${run_id}/artifacts`, Buffer.from('weights')]
    assert.equal((await put(server, `${folder}/model/data/a.bin`, bytes)).status, 200)
    const mpu = { path: '/x/a.bin', num_parts: 1 }
    const begun = (await server.call('POST', `${AT}/mpu/create/${folder}/model/data`, mpu)).body
    const signed = await server.post('artifacts/presigned-upload-url', { run_id, path: 'model/data/a.bin' })
    assert.equal(signed.status, 200, signed.text)
    const sent = await fetch(begun.credentials[0].url, { method: 'PUT', body: 'evil' })
    await server.post('registered-models/create', { name: 'm' })
    const made = await server.post('model-versions/create', { name: 'm', source: `runs:/${run_id}/model` })
    assert.equal(made.status, 200, made.text)
    const version = { name: 'm', version: '1' }
    const status = async () => (await server.get('model-versions/get', version)).body.model_version.status
    for (const deadline = Date.now() + 30_000; (await status()) !== 'READY'; ) assert.ok(Date.now() < deadline, 'it was never READY')
    const manifest = (await server.call('GET', '/api/2.0/millrace/model-versions/manifest?name=m&version=1')).body
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    assert.deepEqual(manifest.files, [{ path: 'data/a.bin', size: bytes.length, sha256 }])
    const parts = [{ part_number: 1, etag: sent.headers.get('etag'), url: begun.credentials[0].url }]
    for (const answer of [
      await put(server, `${folder}/model/data/a.bin`, 'evil'),
      await put(server, `${folder}/model/new`, 'evil'),
      await server.call('DELETE', `${AT}/artifacts/${folder}/model`),
      await server.call('DELETE', `${AT}/artifacts/0/${run_id}`),
      await server.call('POST', `${AT}/mpu/create/${folder}/model/data`, mpu),
      await server.call('POST', `${AT}/mpu/complete/${folder}/model/data`, { ...mpu, upload_id: begun.upload_id, parts }),
      await server.post('artifacts/presigned-upload-url', { run_id, path: 'model/data/a.bin' }),
      await server.call('POST', `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run_id}&path=model/data/a.bin`, Buffer.from('evil')),
    ]) {
      assert.equal(answer.status, 409, answer.text)
      assert.equal(answer.body.error_code, 'RESOURCE_CONFLICT')
    }
    const load = () => server.call('GET', '/model-versions/get-artifact?name=m&version=1&path=data/a.bin')
    assert.equal((await load()).text, 'weights')
    assert.deepEqual(await keysOf(prefix), [`${folder}/model/data/a.bin`])
    assert.equal((await put(server, `${folder}/beside`, 'x')).status, 200)
    // A URL that was signed before is the store's to honour: the change is seen when the file is asked for.
    assert.equal((await fetch(signed.body.presigned_url, { method: 'PUT', body: 'evil!!!', headers: signed.body.headers })).status, 200)
    assert.equal((await load()).status, 403)
    assert.equal((await server.get('model-versions/get-download-uri', version)).status, 403)
    await server.call('DELETE', '/api/2.0/mlflow/model-versions/delete', version)
    assert.equal((await put(server, `${folder}/model/data/a.bin`, 'anew')).status, 200)
  })

  test('of a store that is away, or knows us not, are an error without its inner words', async () => {
    for (const [env, status] of [
      [{ AWS_SECRET_ACCESS_KEY: 'wrong' }, 403],
      [{ MLFLOW_S3_ENDPOINT_URL: 'http://127.0.0.1:9' }, 503],
    ] as const) {
      Object.assign(process.env, env)
      const { server, prefix } = await newServer()
      const answer = await put(server, 'f', 'x')
      Object.assign(process.env, gateway.env)
      assert.equal(answer.status, status, answer.text)
      for (const never of [prefix, BUCKET, '127.0.0.1']) assert.ok(!answer.text.includes(never), answer.text)
    }
  })
})

test('keys that are no names below the folder are left out of a listing (PT-34)', () => {
  for (const key of ['a/../../b', 'a/..', '../x', '/abs', 'b/x', 'a/', 'a//x', 'a/x/y', 'a/\u0001', 'a/%2e%2e%2fx', undefined]) {
    assert.equal(namePast('a/', key), undefined, String(key))
  }
  assert.equal(namePast('a/', 'a/x'), 'x')
})
