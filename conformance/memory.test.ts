// Artifacts flow through the server and are never gathered in it, on a disk as on S3: a file of 256 MiB takes a bounded part of its memory.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import { connectS3 } from '../packages/server/src/artifacts/stores/s3-client.ts'
import { startS3 } from '../tools/test/s3.ts'
import { type StartedServer, startMillrace } from './server.ts'

const MIB = 2 ** 20
const FILE_MIB = 256
/** Mostly parts on their way to S3, of which four have 8 MiB each. */
const GROWTH_MAX_MIB = 64
const BUCKET = 'memory'

/** The most memory that the process ever held, in MiB. */
const peakOf = ({ process: { pid } }: StartedServer): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

function* megabytes(count: number): Generator<Buffer> {
  const one = Buffer.alloc(MIB, 'millrace')
  for (let at = 0; at < count; at++) yield one
}

const urlOf = ({ url }: StartedServer, name: string): string => `${url}/api/2.0/mlflow-artifacts/artifacts/${name}`

async function upload(server: StartedServer, name: string, mib: number): Promise<void> {
  const headers = { 'content-type': 'application/octet-stream', 'content-length': mib * MIB }
  const sending = request(urlOf(server, name), { method: 'PUT', headers })
  const answered = new Promise<IncomingMessage>((resolve, reject) => sending.on('response', resolve).on('error', reject))
  await pipeline(megabytes(mib), sending)
  const answer = await answered
  answer.resume()
  assert.equal(answer.statusCode, 200)
}

async function download(server: StartedServer, name: string): Promise<number> {
  const { body } = await fetch(urlOf(server, name))
  let bytes = 0
  for await (const chunk of body ?? []) bytes += chunk.length
  return bytes / MIB
}

async function keepsItsMemory(server: StartedServer): Promise<void> {
  try {
    await upload(server, 'first', 1)
    assert.equal(await download(server, 'first'), 1)
    const before = peakOf(server)
    for (let round = 0; round < 2; round++) {
      await upload(server, 'large', FILE_MIB)
      assert.equal(await download(server, 'large'), FILE_MIB)
    }
    const growth = Math.round(peakOf(server) - before)
    assert.ok(growth <= GROWTH_MAX_MIB, `${growth} MiB more than before, and ${GROWTH_MAX_MIB} is the limit`)
  } finally {
    await server.stop()
  }
}

test('a large artifact on a disk is never held in memory', async () => {
  await keepsItsMemory(await startMillrace())
})

test('a large artifact on S3 is never held in memory', async () => {
  const gateway = await startS3()
  try {
    Object.assign(process.env, gateway.env)
    const { client, sdk } = await connectS3()
    await client.send(new sdk.CreateBucketCommand({ Bucket: BUCKET }))
    await keepsItsMemory(await startMillrace(['--artifacts-destination', `s3://${BUCKET}/below`], { env: gateway.env }))
  } finally {
    await gateway.stop()
  }
})
