import assert from 'node:assert/strict'
import net from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeCanary, SECRET } from '../../testing/canary.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { callRegistry } from '../../testing/registry.ts'
import { startRun } from '../../testing/runs.ts'
import { type Answer, TestServer } from '../../testing/server.ts'

const canary = makeCanary()
after(() => canary.remove())

const many = `%${'25'.repeat(11)}2e%${'25'.repeat(11)}2e%${'25'.repeat(11)}2fx`
/** Each was an attack on MLflow, or on a fix of one. `DIR` stands for a folder with readable files beside the artifact root. */
const SOURCES: readonly [id: string, source: string][] = [
  ['PT-01', 'file:///etc'],
  ['PT-01', 'file://DIR'],
  ['PT-02', '/etc'],
  ['PT-02', '/nonexistent'],
  ['PT-02', 'DIR/outside'],
  ['PT-03', '/models/artifacts/../../../'],
  ['PT-03', 's3:/b/p/../../x'],
  ['PT-03', 'http://h/api/2.0/mlflow-artifacts/artifacts/../../../'],
  ['PT-03', 'DIR/root/../outside'],
  ['PT-04', '\\..\\..\\etc'],
  ['PT-04', 'file:///a\\..\\..\\etc'],
  ['PT-05', '//proc/self/root'],
  ['PT-05', 'file://./etc'],
  ['PT-05', '///etc'],
  ['PT-06', 'http://h/p?/../../../etc'],
  ['PT-06', 'https://h?k=v&../../x'],
  ['PT-06', 'mlflow-artifacts:/a?x=../../etc'],
  ['PT-07', 'http://h/#/../../../../etc'],
  ['PT-07', 'file:///x#/../../etc'],
  ['PT-08', 's3://bucket/a#/../../etc'],
  ['PT-09', 'http://h/a;/../../../etc'],
  ['PT-09', 'mlflow-artifacts:/a;x'],
  ['PT-10', 'file:etc'],
  ['PT-10', 'FILE:///etc'],
  ['PT-10', 'file:////etc'],
  ['PT-10', ':///etc'],
  ['PT-10', '.'],
  ['PT-10', '..'],
  ['PT-11', 'dbfs:/RUN/artifacts/a%3f/../../../../'],
  ['PT-11', 'mlflow-artifacts:/a%3f/../../../../'],
  ['PT-11', 'mlflow-artifacts:/.%09./etc'],
  ['PT-11', 'mlflow-artifacts:/.%0a./etc'],
  ['PT-11', 'mlflow-artifacts:/.%0d./etc'],
  ['PT-11', 's3://bucket/.%7f./etc'],
  ['PT-12', 'DIR/root/#/../../outside'],
  ['PT-13', 'dbfs:/etc?x'],
  ['PT-13', 'dbfs:/etc'],
  ['PT-15', '%2e%2e/%2e%2e/etc'],
  ['PT-15', 'runs:/RUN/../../..'],
  ['PT-15', 'runs:/RUN/a%2f..%2f..%2f..'],
  ['PT-15', 'runs:/../RUN/a'],
  ['PT-15', 'runs://RUN/a'],
  ['PT-15', 'runs:/RUN/a\u0000'],
  ['PT-15', 'models:/m/1/../../etc'],
  ['PT-15', 'models:/../1'],
  ['PT-15', 'models://host/m/1'],
  ['PT-16', '../path'],
  ['PT-16', 'path/../to/file'],
  ['PT-16', './../path'],
  ['PT-16', 'file://a#/..//tmp'],
  ['PT-16', 'file://a%23/..//tmp/'],
  ['PT-16', '/etc/passwd%00.jpg'],
  ['PT-16', '/file://etc/passwd'],
  ['PT-16', '%2E%2E%2Fpath'],
  ['PT-16', '%2%0952e%2%0952e/%2%0A52e%2%0A52e/path'],
  ['PT-16', 'C:path'],
  ['PT-16', 'C:/Windows/System32'],
  ['PT-16', 'C:\\path'],
  ['PT-16', '\\\\?\\C:\\path\\to\\file'],
  ['PT-16', '\\\\127.0.0.1\\c$\\Windows\\'],
  ['PT-16', 'file://c:/boot.ini'],
  ['PT-16', 'file:///C:/Windows/System32/'],
  ['PT-16', '/file:c:/passwd'],
  ['PT-16', 'mlflow-artifacts://h/..%2f..%2fx'],
  ['PT-16', 'mlflow-artifacts://h/a%00'],
  ['PT-16', `mlflow-artifacts:/${many}`],
  ['PT-16', 'mlflow-artifacts://h/%252e%252e/x'],
  ['SS-05', 'http://127.0.0.1:PORT/api/2.0/mlflow-artifacts/artifacts/'],
  ['SS-05', 'https://127.0.0.1:PORT/x'],
  ['SS-05', 'ftp://127.0.0.1:PORT/x'],
  ['SS-05', 'javascript:alert(1)'],
  ['SS-07', 'sftp://127.0.0.1:PORT/x'],
  ['SS-07', 'ftp:///x'],
  ['SS-07', 'hdfs://127.0.0.1:PORT/x'],
  ['SS-07', 'viewfs://127.0.0.1:PORT/x'],
  ['SS-07', 'r2://b@127.0.0.1:PORT/x'],
  ['SS-07', 'b2://127.0.0.1:PORT/x'],
  ['SS-07', 's3://user@127.0.0.1:PORT/x'],
  ['SS-07', 's3:/bucket/x'],
  ['SS-07', 's3:///x'],
  ['SS-07', 'abfss://c@a@127.0.0.1:PORT/x'],
  ['SS-07', 'abfss://@127.0.0.1:PORT/x'],
  ['SS-07', 'mlflow-artifacts://u@127.0.0.1:PORT/x'],
  ['SS-07', 'http://good\\@127.0.0.1:PORT/x'],
  ['SS-07', 'mlflow-artifacts://good\\@127.0.0.1:PORT/x'],
]

overEachDatabase('sources of model versions are never opened as given (PT-01 to 16, SS-05, SS-07)', (open) => {
  let server: TestServer
  let run_id = ''
  let contacted = 0
  const listener = net.createServer((socket) => {
    contacted++
    socket.destroy()
  })
  before(async () => {
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    server = new TestServer(await open(), { artifacts_destination: canary.root, default_artifact_root: canary.root })
    run_id = await startRun(server)
    await server.post('registered-models/create', { name: 'm' })
  })
  after(() => listener.close())

  const real = (source: string): string =>
    source
      .replace('DIR', canary.dir)
      .replace('RUN', run_id)
      .replace('PORT', String((listener.address() as net.AddressInfo).port))
  const getArtifact = (path: string, name = 'm', version = '1'): Promise<Answer> =>
    server.call('GET', `/model-versions/get-artifact?${new URLSearchParams({ name, version, path })}`)

  async function refused(prefix: string, fields: Record<string, unknown>, why: string): Promise<Answer> {
    const answer = await callRegistry(server, prefix, 'POST', 'model-versions/create', { name: 'm', ...fields })
    assert.equal(answer.status, 400, `${why}: ${answer.text}`)
    assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE', why)
    for (const path of ['passwd', 'outside/passwd']) assert.equal((await getArtifact(path)).status, 404, why)
    canary.check()
    return answer
  }

  for (const prefix of ['/api', '/ajax-api']) {
    test(`each is refused, alone and with a run, under ${prefix}`, async () => {
      for (const [id, source] of SOURCES) {
        await refused(prefix, { source: real(source) }, `${id} ${source}`)
        await refused(prefix, { source: real(source), run_id }, `${id} ${source} with a run`)
        await refused(prefix, { source: real(source), run_id: 'gone' }, `${id} ${source} with a run that is not there`)
      }
      assert.equal(contacted, 0, 'an address in a source was called')
    })

    test(`another store's is recorded as text, never opened and never called, under ${prefix} (SS-07)`, async () => {
      const name = `elsewhere${prefix.length}`
      await server.post('registered-models/create', { name })
      const port = (listener.address() as net.AddressInfo).port
      const sources = [
        `s3://127.0.0.1:${port}/x`,
        `mlflow-artifacts://127.0.0.1:${port}/x`,
        'gs://bucket/x',
        'abfss://box@account.example/x',
      ]
      for (const source of sources) {
        const made = await callRegistry(server, prefix, 'POST', 'model-versions/create', { name, source })
        assert.equal(made.body.model_version?.source, source, made.text)
        assert.equal((await getArtifact('x', name, made.body.model_version.version)).status, 404)
      }
      assert.equal(contacted, 0, 'an address in a source was called')
    })

    test(`a prompt's tag in the request changes nothing, CVE-2026-2614 (PT-14), under ${prefix}`, async () => {
      const key = 'mlflow.prompt.is_prompt'
      const variants = [['true'], ['True'], ['TRUE'], [' true'], ['false', 'true'], ['true', 'false'], ['false']]
      for (const source of ['file:///etc', `file://${canary.dir}`, canary.dir, 'dummy-source', 'prompt-template']) {
        for (const values of variants) {
          await refused(prefix, { source, tags: values.map((value) => ({ key, value })) }, `${source} ${values}`)
        }
      }
      // The tag that comes later, on the model or on a version.
      const later = await callRegistry(server, prefix, 'POST', 'registered-models/set-tag', { name: 'm', key, value: 'true' })
      assert.deepEqual([later.status, later.body.error_code], [400, 'INVALID_PARAMETER_VALUE'])
      await refused(prefix, { source: 'dummy-source' }, 'after set-tag')
    })

    test(`a prompt takes no source, and has no file (PT-14), under ${prefix}`, async () => {
      const key = 'mlflow.prompt.is_prompt'
      const name = `prompt${prefix.length}`
      await server.post('registered-models/create', { name, tags: [{ key, value: 'true' }] })
      for (const source of ['file:///etc', `file://${canary.dir}`, canary.dir, 's3://bucket/x', `runs:/${run_id}/a`, 'models:/m/1']) {
        await refused(prefix, { name, source, tags: [{ key, value: 'true' }] }, source)
        await refused(prefix, { name, source, run_id }, source)
      }
      const made = { name, source: 'dummy-source', run_id, tags: [{ key, value: 'true' }] }
      assert.equal((await callRegistry(server, prefix, 'POST', 'model-versions/create', made)).status, 200)
      assert.equal((await getArtifact('passwd', name)).status, 404)
      await refused(prefix, { source: `models:/${name}/1` }, 'a copy of a prompt')
      const undone = await callRegistry(server, prefix, 'DELETE', 'registered-models/delete-tag', { name, key })
      assert.equal(undone.status, 400, 'it would look like a model')
      const turned = await callRegistry(server, prefix, 'POST', 'model-versions/set-tag', { name, version: '1', key, value: 'false' })
      assert.equal(turned.status, 400)
    })
  }

  test('what is there and what is not get the same refusal (PT-02)', async () => {
    const there = await refused('/api', { source: '/etc/passwd', run_id }, 'there')
    const not = await refused('/api', { source: '/etc/nothing', run_id }, 'not there')
    assert.equal(there.body.message.replace('passwd', 'nothing'), not.body.message)
  })

  test("another run's folder is refused, and so is a folder that only begins like the run's", async () => {
    const other = await startRun(server)
    const uri = async (id: string): Promise<string> => (await server.get('runs/get', { run_id: id })).body.run.info.artifact_uri
    await refused('/api', { source: await uri(other), run_id }, "another run's folder")
    await refused('/api', { source: `${await uri(run_id)}-2`, run_id }, 'a folder beside it')
    await refused('/api', { source: `${await uri(run_id)}/../x`, run_id }, 'a folder above it')
    await refused('/api', { source: join(canary.root, '..', 'root'), run_id }, 'the artifact root')
  })

  test('a source of other stores is recorded, and nothing of it is opened', async () => {
    await server.post('registered-models/create', { name: 'elsewhere' })
    const outside = [
      's3://bucket/model',
      'gs://bucket/model',
      'abfss://box@host/model',
      'mlflow-artifacts:/',
      'mlflow-artifacts://127.0.0.1:PORT/x',
    ]
    for (const [at, source] of outside.entries()) {
      const { body } = await server.post('model-versions/create', { name: 'elsewhere', source: real(source) })
      assert.equal(body.model_version.source, real(source))
      const version = String(at + 1)
      assert.equal((await getArtifact('passwd', 'elsewhere', version)).status, 404)
      const copy = await server.post('model-versions/create', { name: 'm', source: `models:/elsewhere/${version}` })
      assert.equal(copy.status, 200, copy.text)
      assert.equal((await getArtifact('passwd', 'm', copy.body.model_version.version)).status, 404)
    }
    assert.equal(contacted, 0)
  })

  test('paths, names and versions that climb are refused at the download (PT-15)', async () => {
    for (const path of [
      '../passwd',
      '..%2fpasswd',
      '%2e%2e/passwd',
      'a/../../passwd',
      '/etc/passwd',
      '..\\passwd',
      'a\u0000',
      'file:///etc',
    ]) {
      const { status, text } = await getArtifact(path)
      assert.ok(status === 400 && !text.includes(SECRET), `${path}: ${text}`)
    }
    for (const name of ['../m', 'm%2f..', '..', 'm\u0000']) assert.equal((await getArtifact('a', name)).status, 400, name)
    for (const version of ['../1', '1%00', '-1', '1e3', '']) assert.equal((await getArtifact('a', 'm', version)).status, 400, version)
  })
})
