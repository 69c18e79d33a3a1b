import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { startS3, type TestS3 } from '../../../tools/test/s3.ts'
import { connectS3 } from '../../server/src/artifacts/stores/s3-client.ts'
import { type RunningServer, startServer } from '../../server/src/main.ts'
import { testSettings } from '../../server/src/testing/server.ts'
import { MillraceClient } from './client.ts'

const BUCKET = 'client'
const PART_BYTES = 32 * 2 ** 20
const DATABASE = { kind: 'sqlite', file: ':memory:' } as const

let gateway: TestS3
let server: RunningServer
before(async () => {
  gateway = await startS3()
  Object.assign(process.env, gateway.env)
  const s3 = await connectS3()
  await s3.client.send(new s3.sdk.CreateBucketCommand({ Bucket: BUCKET }))
  const settings = { ...testSettings(), artifacts_destination: `s3://${BUCKET}/all` }
  server = await startServer({ host: '127.0.0.1', port: 0, database: DATABASE, settings })
})
after(async () => {
  await server.close()
  await gateway.stop()
})

test('a big Blob goes to S3 in parts, past the server, and without its credentials', async () => {
  const bytes = randomBytes(PART_BYTES + 1_000_001)
  const parts: Headers[] = []
  const client = new MillraceClient({
    url: server.url,
    token: 'secret',
    fetch: (input, init) => {
      if (init?.method === 'PUT') parts.push(new Headers(init.headers))
      return fetch(input, init)
    },
  })
  const run = await client.startRun({ experiment_name: 'parts' })
  const told: number[] = []
  const options = { multipart_from_bytes: 1, onProgress: ({ done_bytes }: { done_bytes: number }) => told.push(done_bytes) }
  await run.logArtifact('models/big.bin', new Blob([bytes]), options)
  assert.deepEqual(told, [PART_BYTES, bytes.length])
  assert.equal(parts.length, 2)
  for (const headers of parts) assert.equal(headers.get('authorization'), null)
  const back = await new Response(await client.downloadArtifact(run.run_id, 'models/big.bin')).arrayBuffer()
  assert.ok(Buffer.from(back).equals(bytes))
})

test('parts that the store does not take leave nothing, and the error is the one of the store', async () => {
  let sent = 0
  const refusing: typeof fetch = (input, init) =>
    init?.method === 'PUT' && ++sent === 2 ? Promise.resolve(new Response('no', { status: 403 })) : fetch(input, init)
  const client = new MillraceClient({ url: server.url, fetch: refusing })
  const run = await client.startRun({ experiment_name: 'parts' })
  const upload = run.logArtifact('big.bin', new Blob([new Uint8Array(PART_BYTES + 1)]), { multipart_from_bytes: 1 })
  await assert.rejects(upload, { code: 'HTTP_403' })
  assert.deepEqual((await client.artifacts.list({ run_id: run.run_id })).files ?? [], [])
  const s3 = await connectS3()
  assert.deepEqual((await s3.client.send(new s3.sdk.ListMultipartUploadsCommand({ Bucket: BUCKET }))).Uploads ?? [], [])
})
