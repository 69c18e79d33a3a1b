import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startS3, type TestS3 } from '../../../tools/test/s3.ts'
import { run, type Started, startServer } from './testing/command.ts'
import { logged, register } from './testing/registered.ts'

const EVIL = Buffer.from("cos\nsystem\n(S'true'\ntR.", 'latin1')
const harmless = (text: string): Buffer => Buffer.concat([Buffer.from([0x80, 4, 0x8c, text.length]), Buffer.from(text), Buffer.from('.')])
const LOADER = 'import pickle\nmodel = pickle.load(open("m.pkl", "rb"))  # millrace-audit: allow rce/pickle-load we trust us\n'

type Told = { name: string; files: number; not_read: string[]; findings: { rule: string; file: string; line: number }[] }

describe('what is registered, or lies in a bucket, is audited', { timeout: 120_000 }, () => {
  let gateway: TestS3
  let server: Started & { url: string }
  const audit = async (code: number, ...args: string[]): Promise<Told> => {
    const ended = await run(['audit', ...args, '--format', 'json'], { env: gateway.env })
    assert.equal(ended.code, code, ended.err)
    return JSON.parse(ended.out)
  }
  const places = ({ findings }: Told): string[] => findings.map(({ rule, file, line }) => `${rule} ${file}:${line}`)

  before(async () => {
    server = await startServer([])
    const run_id = await logged(server.url, { 'model.pkl': harmless('good'), MLmodel: 'flavors: {}\n', 'code/loader.py': LOADER })
    await register(server.url, 'churn', run_id)
    gateway = await startS3()
    const { CreateBucketCommand, PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3')
    const { MLFLOW_S3_ENDPOINT_URL: endpoint = '', AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = gateway.env
    const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY }
    const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
    await client.send(new CreateBucketCommand({ Bucket: 'models' }))
    const objects: [string, Buffer | string][] = [
      ['churn/1/model.pkl', harmless('good')],
      ['churn/1/code/loader.py', LOADER],
      ['churn/2/model.pkl', harmless('other')],
      ['churn/3/weights.bin', EVIL],
      ['churn/.gitignore', '*'],
      ['beside/evil.pkl', EVIL],
    ]
    for (const [Key, Body] of objects) await client.send(new PutObjectCommand({ Bucket: 'models', Key, Body }))
    client.destroy()
  })
  after(async () => {
    server.process.kill('SIGTERM')
    await Promise.all([server.ended, gateway.stop()])
  })

  test('a registered version: its code by the rules, its models by a scan, and nothing that allows itself counts', async () => {
    const report = await audit(1, 'models:/churn/1', '--tracking-uri', server.url)
    assert.deepEqual([report.name, report.files, report.not_read], ['models:/churn/1', 2, ['model.pkl']])
    assert.deepEqual(places(report), ['rce/pickle-load code/loader.py:2'])
  })

  test('a version that is not there is told by the registry’s own words', async () => {
    const { code, err } = await run(['audit', 'models:/churn/9', '--tracking-uri', server.url])
    assert.equal(code, 3)
    assert.match(err, /models:\/churn\/9 could not be audited: .*not found/i)
  })

  test('a bucket: what is below the prefix is read and scanned, and nothing beside it', async () => {
    const report = await audit(1, 's3://models/churn')
    assert.deepEqual(places(report), ['scan/pickle/dangerous-import 3/weights.bin:0', 'rce/pickle-load 1/code/loader.py:2'])
    assert.deepEqual(report.not_read, ['1/model.pkl', '2/model.pkl', '3/weights.bin'])
  })

  test('a bucket beside a registry: models that no version has are told, those that it has are not', async () => {
    const report = await audit(1, 's3://models/churn', '--tracking-uri', server.url)
    const told = places(report).filter((place) => place.startsWith('integrity/'))
    assert.deepEqual(told, ['integrity/changed-model 2/model.pkl:0', 'integrity/unregistered-model 3/weights.bin:0'])
  })

  test('a bucket with nothing, or a key that is refused, is no clean audit', async () => {
    const nothing = await run(['audit', 's3://models/none'], { env: gateway.env })
    assert.equal(nothing.code, 2)
    assert.match(nothing.err, /nothing below s3:\/\/models\/none/)
    const refused = await run(['audit', 's3://models/churn'], { env: { ...gateway.env, AWS_SECRET_ACCESS_KEY: 'another-secret' } })
    assert.equal(refused.code, 3)
    assert.ok(!refused.err.includes('another-secret'))
  })

  test('a version that the server does not hand out: millrace scan tells what the server found in it', async () => {
    const run_id = await logged(server.url, { 'weights.bin': EVIL, MLmodel: 'flavors: {}\n' })
    await register(server.url, 'evil', run_id, 'FAILED_REGISTRATION')
    const { code, out, err } = await run(['scan', 'models:/evil/1', '--tracking-uri', server.url])
    assert.equal(code, 1, err)
    assert.match(err, /what its own scan found/)
    assert.match(out, /^MALICIOUS {2}weights\.bin .*\n {2}critical pickle\/dangerous-import: /)
    assert.match(out, /^MALICIOUS: 2 files, .*: 1 malicious, 0 suspicious, 0 not looked at, 1 clean\./m)
  })
})
