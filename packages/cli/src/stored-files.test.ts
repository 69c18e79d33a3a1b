import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startS3, type TestS3 } from '../../../tools/test/s3.ts'
import { run } from './testing/command.ts'

const EVIL = Buffer.from("cos\nsystem\n(S'true'\ntR.", 'latin1')
const HARMLESS = Buffer.from('\x80\x04\x8c\x05hello.', 'latin1')

describe('what lies in a bucket is scanned and taken stock of', { timeout: 120_000 }, () => {
  let gateway: TestS3
  before(async () => {
    gateway = await startS3()
    const { CreateBucketCommand, PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3')
    const { MLFLOW_S3_ENDPOINT_URL: endpoint = '', AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = gateway.env
    const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY }
    const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
    await client.send(new CreateBucketCommand({ Bucket: 'models' }))
    const put = (Key: string, Body: Buffer) => client.send(new PutObjectCommand({ Bucket: 'models', Key, Body }))
    await put('churn/1/model.pkl', HARMLESS)
    await put('churn/2/deep/weights.bin', EVIL)
    await put('churn-of-others/model.pkl', EVIL)
    client.destroy()
  })
  after(() => gateway.stop())

  test('millrace scan reads what is below a prefix and nothing beside it', async () => {
    const bad = await run(['scan', 's3://models/churn', '--format', 'json'], { env: gateway.env })
    assert.equal(bad.code, 1, bad.err)
    const { files, ending } = JSON.parse(bad.out)
    assert.equal(ending, 'malicious')
    assert.deepEqual(
      files.map((one: { file: string; ending: string }) => [one.file, one.ending]),
      [
        ['1/model.pkl', 'clean'],
        ['2/deep/weights.bin', 'malicious'],
      ],
    )
    const one = await run(['scan', 's3://models/churn/1/model.pkl', '--format', 'cyclonedx'], { env: gateway.env })
    assert.equal(one.code, 0, one.err)
    assert.equal(JSON.parse(one.out).components[0].hashes[0].content.length, 64)
  })

  test('what is not there, or refused, is no clean scan', async () => {
    const nothing = await run(['scan', 's3://models/none'], { env: gateway.env })
    assert.notEqual(nothing.code, 0)
    assert.match(nothing.err, /nothing below s3:\/\/models\/none/)
    const refused = await run(['scan', 's3://models/churn'], { env: { ...gateway.env, AWS_SECRET_ACCESS_KEY: 'another-secret' } })
    assert.equal(refused.code, 3)
    assert.ok(!refused.err.includes('another-secret'))
  })

  test('millrace inventory names models by their address in the bucket', async () => {
    const { code, out, err } = await run(['inventory', 's3://models/churn', '--json'], { env: gateway.env })
    assert.equal(code, 2, err)
    const { models } = JSON.parse(out)
    assert.deepEqual(
      models.map((one: { where: string; status: string; kind: string }) => [one.where, one.status, one.kind]),
      [
        ['s3://models/churn/1/model.pkl', 'unknown', 'pickle'],
        ['s3://models/churn/2/deep/weights.bin', 'malicious', 'pickle'],
      ],
    )
  })
})
