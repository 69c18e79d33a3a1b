import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { makeCanary, SECRET } from '../../testing/canary.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { startRun } from '../../testing/runs.ts'
import { type Answer, TestServer } from '../../testing/server.ts'

const canary = makeCanary()
after(() => canary.remove())

const BAD_PATHS = [
  '../path',
  '../../../../etc/passwd',
  '/etc/passwd',
  '..\\x',
  'C:/Windows/win.ini',
  'C:x',
  '\\\\srv\\share',
  'a/../../passwd',
  'a\u0001b',
  '%2e%2e/passwd',
  '.',
  'a//b',
]

overEachDatabase('artifacts of runs and models', (open) => {
  const newServer = async (default_artifact_root = 'mlflow-artifacts:/'): Promise<TestServer> =>
    new TestServer(await open(), { artifacts_destination: canary.root, default_artifact_root })
  const upload = (server: TestServer, query: Record<string, string>, body: string): Promise<Answer> =>
    server.call('POST', `/ajax-api/2.0/mlflow/upload-artifact?${new URLSearchParams(query)}`, Buffer.from(body))
  const download = (server: TestServer, query: Record<string, string>): Promise<Answer> =>
    server.call('GET', `/get-artifact?${new URLSearchParams(query)}`)

  for (const [what, root] of [
    ['handed through', 'mlflow-artifacts:/'],
    ['in a folder', canary.root],
    ['under a file URI', pathToFileURL(canary.root).href],
  ] as const) {
    test(`are uploaded, listed and downloaded, when they are ${what}`, async () => {
      const server = await newServer(root)
      const run_id = await startRun(server)
      assert.equal((await upload(server, { run_uuid: run_id, path: 'dir/test.txt' }, 'hello world')).status, 200)
      const { body } = await server.get('artifacts/list', { run_id })
      assert.deepEqual(body.files, [{ path: 'dir', is_dir: true }])
      assert.equal(body.root_uri, (await server.get('runs/get', { run_id })).body.run.info.artifact_uri)
      assert.deepEqual((await server.get('artifacts/list', { run_uuid: run_id, path: 'dir' })).body.files, [
        { path: 'dir/test.txt', is_dir: false, file_size: 11 },
      ])
      for (const id of ['run_id', 'run_uuid']) {
        const got = await download(server, { [id]: run_id, path: 'dir/test.txt' })
        assert.equal(got.text, 'hello world')
        assert.equal(got.headers['content-type'], 'text/plain')
        assert.equal(got.headers['content-disposition'], 'attachment; filename=test.txt')
        assert.equal(got.headers['content-security-policy'], 'sandbox')
      }
      assert.equal((await download(server, { run_id, path: 'nothing' })).status, 404)
      assert.equal((await download(server, { run_id, path: 'dir' })).status, 400)
    })
  }

  test('are asked for by paths that cannot climb (PT-22, PT-23)', async () => {
    const server = await newServer()
    const run_id = await startRun(server)
    const model_id = (await server.post('logged-models', { experiment_id: '0' })).body.model.info.model_id
    for (const path of BAD_PATHS) {
      const query = new URLSearchParams({ path, run_id, artifact_file_path: path, artifact_directory_path: path, name: 'm', version: '1' })
      for (const url of [
        `/api/2.0/mlflow/artifacts/list?${query}`,
        `/ajax-api/2.0/mlflow/artifacts/list?${query}`,
        `/get-artifact?${query}`,
        `/model-versions/get-artifact?${query}`,
        `/ajax-api/2.0/mlflow/logged-models/${model_id}/artifacts/files?${query}`,
        `/api/2.0/mlflow/logged-models/${model_id}/artifacts/directories?${query}`,
      ]) {
        const answer = await server.call('GET', url)
        assert.equal(answer.status, 400, `${url} ${answer.text}`)
        assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE')
        assert.match(answer.body.message, path === '../path' ? /^Invalid path$/ : /^Invalid path/)
      }
      assert.equal((await upload(server, { run_uuid: run_id, path }, 'x')).status, 400)
      for (const endpoint of ['artifacts/presigned-upload-url', 'artifacts/presigned-download-url']) {
        assert.equal((await server.post(endpoint, { run_id, path })).status, 400)
      }
      canary.check()
    }
  })

  for (const [query, body, message] of [
    [{}, 'x', 'Request must specify run_uuid.'],
    [{ run_uuid: 'r' }, 'x', 'Request must specify path.'],
    [{ run_uuid: 'r', path: '' }, 'x', 'Request must specify path.'],
    [{ run_uuid: 'r', path: '../test.txt' }, 'x', 'Invalid path'],
    [{ run_uuid: 'r', path: 'dir/' }, 'x', 'Invalid path: it ends in a slash, and a file needs a name.'],
    [{ run_uuid: 'r', path: 'a' }, '', 'Request must specify data.'],
    [{ run_uuid: 'r', path: 'a' }, 'x'.repeat(10 * 2 ** 20 + 1), 'Artifact size is too large. Max size is 10MB.'],
  ] as const) {
    test(`an upload of ${body.length} bytes with ${JSON.stringify(query)} is refused: ${message}`, async () => {
      const answer = await upload(await newServer(), query, body)
      assert.equal(answer.status, 400)
      assert.deepEqual(answer.body, { error_code: 'INVALID_PARAMETER_VALUE', message })
    })
  }

  test('of a run that is not there are 404', async () => {
    const server = await newServer()
    assert.equal((await server.get('artifacts/list', { run_id: 'none' })).status, 404)
    assert.equal((await download(server, { run_id: 'none', path: 'a' })).status, 404)
    assert.equal((await upload(server, { run_uuid: 'none', path: 'a' }, 'x')).status, 404)
  })

  test('of a logged model are listed and downloaded', async () => {
    const server = await newServer()
    const { model_id } = (await server.post('logged-models', { experiment_id: '0' })).body.model.info
    const folder = join(canary.root, '0', 'models', model_id, 'artifacts', 'data')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, '..', 'MLmodel'), `model_id: ${model_id}`)
    writeFileSync(join(folder, 'w.bin'), 'weights')
    const at = `/ajax-api/2.0/mlflow/logged-models/${model_id}/artifacts`
    const { body } = await server.call('GET', `${at}/directories`)
    assert.deepEqual(
      body.files.map(({ path }: { path: string }) => path),
      ['MLmodel', 'data'],
    )
    assert.deepEqual((await server.call('GET', `${at}/directories?artifact_directory_path=data`)).body.files, [
      { path: 'data/w.bin', is_dir: false, file_size: 7 },
    ])
    assert.equal((await server.call('GET', `${at}/files?artifact_file_path=MLmodel`)).text, `model_id: ${model_id}`)
    const without = await server.call('GET', `${at}/files`)
    assert.equal(without.status, 400)
    assert.match(without.body.message, /artifact_file_path/)
  })

  test('on a disk, or handed through, have no addresses of their own', async () => {
    const handed = await newServer()
    const proxied = await startRun(handed)
    const disk = await newServer(canary.root)
    const local = await startRun(disk)
    for (const what of ['upload', 'download']) {
      const refused = await handed.post(`artifacts/presigned-${what}-url`, { run_id: proxied, path: 'a' })
      assert.equal(refused.status, 400)
      assert.match(refused.body.message, new RegExp(`^Presigned ${what} is not supported`))
      const lacking = await disk.post(`artifacts/presigned-${what}-url`, { run_id: local, path: 'a' })
      assert.equal(lacking.status, 501)
      assert.match(lacking.body.message, new RegExp(`^Presigned ${what} is not supported for the current artifact repository`))
    }
  })

  test('are kept below the configured roots: elsewhere is refused, nobody is called (PT-20, PT-21, SS-06, SS-07)', async () => {
    let calls = 0
    const listener = net.createServer((socket) => {
      calls++
      socket.destroy()
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const { port } = listener.address() as net.AddressInfo
    const server = await newServer()
    const outside = join(canary.dir, 'outside')
    const bad = [
      outside,
      pathToFileURL(outside).href,
      `${canary.root}/../outside`,
      `${pathToFileURL(canary.root).href}/%2e%2e/outside`,
      'http://h/#/../../../etc',
      `http://127.0.0.1:${port}/api/2.0/mlflow-artifacts/artifacts/x`,
      `ftp://127.0.0.1:${port}/a`,
      `sftp://127.0.0.1:${port}/a`,
      `hdfs://127.0.0.1:${port}/a`,
      `mlflow-artifacts://127.0.0.1:${port}/a`,
      `s3://bucket/x`,
      `abfss://f@127.0.0.1:${port}/a`,
      'a'.repeat(1_000_000),
    ]
    for (const [at, artifact_location] of bad.entries()) {
      for (const api of ['api', 'ajax-api']) {
        const answer = await server.call('POST', `/${api}/2.0/mlflow/experiments/create`, { name: `bad ${at}`, artifact_location })
        assert.equal(answer.status, 400, `${artifact_location.slice(0, 100)}: ${answer.text}`)
        assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE')
        assert.ok(!answer.text.includes(SECRET) && !answer.text.includes(canary.dir), answer.text)
      }
      assert.equal((await server.get('experiments/get-by-name', { experiment_name: `bad ${at}` })).status, 404)
    }
    assert.equal(calls, 0)
    canary.check()
    listener.close()
  })

  test('are kept where an experiment says, when that is below a root', async () => {
    const server = await newServer()
    const artifact_location = pathToFileURL(join(canary.root, 'my place')).href
    const { experiment_id } = (await server.post('experiments/create', { name: 'mine', artifact_location })).body
    assert.equal((await server.get('experiments/get', { experiment_id })).body.experiment.artifact_location, artifact_location)
    const run_id = (await server.post('runs/create', { experiment_id })).body.run.info.run_id
    assert.equal((await upload(server, { run_uuid: run_id, path: 'a' }, 'kept')).status, 200)
    assert.equal(readFileSync(join(canary.root, 'my place', run_id, 'artifacts', 'a'), 'utf8'), 'kept')
  })

  test('at a place that this server is no longer set up with are not opened', async () => {
    const db = await open()
    const before = new TestServer(db, { default_artifact_root: join(canary.dir, 'outside'), artifacts_destination: canary.root })
    const run_id = await startRun(before)
    const now = new TestServer(db, { artifacts_destination: canary.root })
    for (const answer of [await now.get('artifacts/list', { run_id }), await download(now, { run_id, path: 'passwd' })]) {
      assert.equal(answer.status, 400)
      assert.match(answer.body.message, /none of the artifact roots/)
    }
  })
})

describe('trees for millrace gc', async () => {
  const { measureTree, removeTree } = await import('../../artifacts/index.ts')
  const { testSettings } = await import('../../testing/server.ts')
  const settings = { ...testSettings(), artifacts_destination: canary.root }

  test('are counted and removed with all that is in them, and nothing else', async () => {
    mkdirSync(join(canary.root, 'e', 'r', 'artifacts', 'd'), { recursive: true })
    writeFileSync(join(canary.root, 'e', 'r', 'artifacts', 'd', 'f'), '12345')
    writeFileSync(join(canary.root, 'e', 'r', 'artifacts', 'g'), '123')
    writeFileSync(join(canary.root, 'e', 'rest'), '1')
    assert.deepEqual(await measureTree(settings, 'mlflow-artifacts:/e/r/artifacts'), { files: 2, bytes: 8 })
    await removeTree(settings, 'mlflow-artifacts:/e/r/artifacts')
    await removeTree(settings, 'mlflow-artifacts:/e/r/artifacts')
    assert.deepEqual(await measureTree(settings, 'mlflow-artifacts:/e'), { files: 1, bytes: 1 })
  })

  for (const location of ['mlflow-artifacts:/', canary.root, 'mlflow-artifacts:/e/../..', join(canary.dir, 'outside')]) {
    test(`are never a root, nor anything outside: ${location.replace(canary.dir, '')}`, async () => {
      await assert.rejects(removeTree(settings, location))
      canary.check()
    })
  }
})
