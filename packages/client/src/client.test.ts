import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type RunningServer, startServer } from '../../server/src/main.ts'
import { testSettings } from '../../server/src/testing/server.ts'
import { MillraceClient } from './client.ts'
import { MillraceError } from './errors.ts'

describe('a client of a running server', () => {
  let server: RunningServer
  let client: MillraceClient

  before(async () => {
    server = await startServer({ host: '127.0.0.1', port: 0, database: { kind: 'sqlite', file: ':memory:' }, settings: testSettings() })
    client = new MillraceClient({ url: `${server.url}/` })
  })
  after(() => server.close())

  test('makes an experiment and a run and reads them back', async () => {
    const { experiment_id } = await client.experiments.create({ name: 'fraud', tags: [{ key: 'team', value: 'risk' }] })
    const { experiment } = await client.call('GET /api/2.0/mlflow/experiments/get', { experiment_id })
    assert.deepEqual([experiment.name, experiment.tags], ['fraud', [{ key: 'team', value: 'risk' }]])
    const { run } = await client.runs.create({ experiment_id, run_name: 'first' })
    assert.equal((await client.runs.get({ run_id: run.info.run_id })).run.info.run_name, 'first')
  })

  test("throws the server's error by its code", async () => {
    await client.experiments.create({ name: 'taken' })
    await assert.rejects(client.experiments.create({ name: 'taken' }), (error: unknown) => {
      assert.ok(error instanceof MillraceError)
      assert.deepEqual([error.code, error.status], ['RESOURCE_ALREADY_EXISTS', 400])
      return /taken\) already exists/.test(error.message)
    })
  })

  test('sends artifacts and reads them as streams', async () => {
    const { experiment_id } = await client.experiments.create({ name: 'artifacts' })
    const { run } = await client.runs.create({ experiment_id })
    const part = new Uint8Array(100_000).fill(7)
    const parts = ReadableStream.from(Array.from({ length: 30 }, () => part))
    await client.uploadArtifact(run.info.run_id, 'data/weights 1.bin', parts)
    let length = 0
    for await (const chunk of await client.downloadArtifact(run.info.run_id, 'data/weights 1.bin')) {
      assert.ok(chunk.every((byte) => byte === 7))
      length += chunk.length
    }
    assert.equal(length, 3_000_000)
    await assert.rejects(client.downloadArtifact(run.info.run_id, 'no such file'), { code: 'RESOURCE_DOES_NOT_EXIST', status: 404 })
  })

  test('gives up when its signal is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await assert.rejects(client.experiments.create({ name: 'never' }, { signal }), /enough/)
  })
})

/** A server that answers as told, for what a healthy Millrace does not do. */
async function against(listener: RequestListener, work: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe('a client of a busy server', () => {
  const ask = { experiment_id: '1' }
  for (const busy of [429, 503]) {
    test(`asks again after ${busy}, as long as Retry-After says`, async () => {
      let asked = 0
      const listener: RequestListener = (_request, response) => {
        if (++asked < 3) response.writeHead(busy, { 'retry-after': '0' }).end('{"error_code":"TEMPORARILY_UNAVAILABLE","message":"busy"}')
        else response.end('{"experiment":{}}')
      }
      await against(listener, async (url) => {
        assert.deepEqual(await new MillraceClient({ url }).experiments.get(ask), { experiment: {} })
      })
      assert.equal(asked, 3)
    })
  }

  test('gives up after the last try, with the error of the server', async () => {
    let asked = 0
    const listener: RequestListener = (_request, response) => {
      asked++
      response.writeHead(503, { 'retry-after': '0' }).end('{"error_code":"TEMPORARILY_UNAVAILABLE","message":"busy"}')
    }
    await against(listener, async (url) => {
      const client = new MillraceClient({ url, tries_max: 2 })
      await assert.rejects(client.experiments.get(ask), { code: 'TEMPORARILY_UNAVAILABLE' })
    })
    assert.equal(asked, 2)
  })

  test('does not send what writes a second time, unless told that it may', async () => {
    let asked = 0
    const listener: RequestListener = (_request, response) => {
      asked++
      response.writeHead(503, { 'retry-after': '0' }).end('busy')
    }
    await against(listener, async (url) => {
      const client = new MillraceClient({ url, tries_max: 3 })
      await assert.rejects(client.experiments.create({ name: 'x' }), { code: 'HTTP_503', message: 'busy' })
      assert.equal(asked, 1)
      await assert.rejects(client.experiments.create({ name: 'x' }, { repeatable: true }), { code: 'HTTP_503' })
    })
    assert.equal(asked, 4)
  })

  test('stops waiting when its signal is aborted', async () => {
    const gone = new AbortController()
    const listener: RequestListener = (_request, response) => {
      response.writeHead(503, { 'retry-after': '9' }).end()
      setTimeout(() => gone.abort(new Error('enough')), 20)
    }
    await against(listener, async (url) => {
      await assert.rejects(new MillraceClient({ url }).experiments.get(ask, { signal: gone.signal }), /enough/)
    })
  })

  test('sends its token and its headers', async () => {
    let headers: NodeJS.Dict<string | string[]> = {}
    const listener: RequestListener = (request, response) => {
      headers = request.headers
      response.end('{}')
    }
    await against(listener, async (url) => {
      await new MillraceClient({ url, token: 'secret', headers: { 'x-team': 'risk' } }).experiments.get(ask)
    })
    assert.deepEqual([headers.authorization, headers['x-team']], ['Bearer secret', 'risk'])
  })
})
