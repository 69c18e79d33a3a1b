import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { startS3, type TestS3 } from '../../../../tools/test/s3.ts'
import { Refused, type Step } from '../refused.ts'
import { predict } from '../serving/served.ts'
import { loggedFiles } from '../testing/models.ts'
import { loadModel } from './load.ts'

describe('models in S3', () => {
  let gateway: TestS3
  before(async () => {
    gateway = await startS3()
    Object.assign(process.env, gateway.env)
    const client = new S3Client({ endpoint: process.env.MLFLOW_S3_ENDPOINT_URL as string, forcePathStyle: true, region: 'us-east-1' })
    await client.send(new CreateBucketCommand({ Bucket: 'models' }))
    const put = (Key: string, Body: string | Buffer) => client.send(new PutObjectCommand({ Bucket: 'models', Key, Body }))
    for (const [path, content] of Object.entries(loggedFiles())) {
      await put(`team/steps/${path}`, content)
      await put(`team/evil/${path}`, content)
    }
    await put('team/steps-other/MLmodel', 'of another folder')
    await put('team/evil/extra.bin', "cos\nsystem\n(S'true'\ntR.")
    client.destroy()
  })
  after(() => gateway.stop())

  const load = (uri: string) => loadModel(uri, { client: undefined })
  const refusedAt = (step: Step, message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof Refused, String(error))
    assert.equal(error.step, step, error.message)
    assert.match(error.message, message)
    return true
  }

  test('a folder of a bucket is fetched, scanned and served like one of this machine', async () => {
    const model = await load('s3://models/team/steps/')
    assert.deepEqual([model.name, model.version, model.digests.size], ['steps', '1', 3])
    const rows = { rows: 1, width: 2, names: ['a', 'b'], by: 'row', cells: [[0.9, 1]] } as const
    assert.deepEqual([...(await predict(model, rows)).values], [2])
    await assert.rejects(load('s3://models/team/evil'), refusedAt('scan', /malicious: extra\.bin/))
    await assert.rejects(load('s3://models/nothing'), refusedAt('find', /holds nothing/))
    await assert.rejects(load('s3://elsewhere/team/steps'), refusedAt('fetch', /NoSuchBucket \(404\)/))
    for (const uri of ['s3://', 's3:///team', 's3://user:secret@models/team'])
      await assert.rejects(load(uri), refusedAt('find', /s3:\/\/BUCKET/))
  })
})
