import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { migrate } from '../db/migrate.ts'
import { openSqlite } from '../db/sqlite.ts'
import type { Log } from '../http/log.ts'
import { TestServer, testSettings } from '../testing/server.ts'
import { serverInMemory } from '../testing/sockets.ts'

test("/health and /version answer as MLflow's clients expect", async () => {
  const server = await serverInMemory()
  assert.equal((await server.call('GET', '/health')).text, 'OK')
  assert.equal((await server.call('GET', '/version')).text, '3.17.2')
})

describe('server-info', () => {
  for (const [destination, in_parts] of [
    ['/srv/artifacts', false],
    ['s3://bucket/prefix', true],
  ] as const) {
    test(`tells clients whether uploads in parts go to ${destination}`, async () => {
      const server = await serverInMemory({ settings: { ...testSettings(), artifacts_destination: destination } })
      for (const prefix of ['api', 'ajax-api']) {
        const { status, body } = await server.call('GET', `/${prefix}/3.0/mlflow/server-info`)
        assert.equal(status, 200)
        assert.equal(body.store_type, 'SqlStore')
        assert.equal(body.multipart_uploads_enabled, in_parts)
        assert.equal(body.workspaces_enabled, false)
        assert.ok(!JSON.stringify(body).includes('srv') && !JSON.stringify(body).includes('bucket'))
      }
    })
  }
})

describe('GET /metrics', () => {
  test('is not there unless it was asked for', async () => {
    const answer = await (await serverInMemory()).call('GET', '/metrics')
    assert.deepEqual([answer.status, answer.body.error_code], [404, 'ENDPOINT_NOT_FOUND'])
  })

  test('counts requests by route and status, and writes by commit', async () => {
    const server = await serverInMemory({ settings: { ...testSettings(), expose_prometheus: true } })
    const names = ['a', 'b', 'c']
    await Promise.all(names.map((name) => server.post('experiments/create', { name })))
    await server.get('experiments/get', { experiment_id: 'secret-id' })
    await server.call('GET', '/nothing/secret-path')
    const { status, text, headers } = await server.call('GET', '/metrics')
    assert.equal(status, 200)
    assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/)
    assert.match(text, /_seconds_count\{method="POST",route="\/api\/2\.0\/mlflow\/experiments\/create",status="200"\} 3/)
    assert.match(text, /_seconds_count\{method="GET",route="\/api\/2\.0\/mlflow\/experiments\/get",status="404"\} 1/)
    assert.match(text, /_seconds_count\{method="GET",route="none",status="404"\} 1/)
    assert.match(text, /millrace_commit_requests_sum [1-9]/)
    assert.match(text, /process_resident_memory_bytes \d/)
    assert.ok(!text.includes('secret'))
  })
})

describe('the log', () => {
  let isBroken = false
  async function logged(act: (server: TestServer) => Promise<unknown>): Promise<Record<string, unknown>[]> {
    const lines: Record<string, unknown>[] = []
    const write = (level: string) => (fields: object, message: string) => lines.push({ level, ...fields, message })
    const log: Log = { info: write('info'), warn: write('warn'), error: write('error') }
    const db = openSqlite(':memory:')
    await migrate(db)
    const { write: commit } = db
    const fragile = Object.assign(Object.create(db), {
      write(work: never) {
        if (isBroken) throw new Error('SqliteError: no such table: experiment')
        return commit(work)
      },
    })
    const server = new TestServer(fragile, {}, {}, log)
    await server.app.ready()
    await act(server)
    await server.app.close()
    await db.close()
    return lines
  }

  test('a request that worked leaves no line', async () => {
    assert.deepEqual(await logged((server) => server.call('GET', '/version')), [])
  })

  test('a refused one leaves one, with the id that its answer has, and without what was sent', async () => {
    let id: unknown
    const lines = await logged(async (server) => {
      const url = '/api/2.0/mlflow/experiments/get?experiment_id=secret'
      const answer = await server.call('GET', url, undefined, { authorization: 'Bearer secret', cookie: 'secret' })
      id = answer.headers['x-request-id']
    })
    assert.equal(lines.length, 1)
    const { duration_ms, ...line } = lines[0] as Record<string, unknown>
    assert.equal(typeof duration_ms, 'number')
    assert.deepEqual(line, {
      level: 'warn',
      request_id: id,
      method: 'GET',
      route: '/api/2.0/mlflow/experiments/get',
      status: 404,
      address: '127.0.0.1',
      error_code: 'RESOURCE_DOES_NOT_EXIST',
      message: 'the request was refused',
    })
  })

  test('a defect is told in the log, and the answer has its id only (ID-01)', async () => {
    let id: unknown
    const lines = await logged(async (server) => {
      isBroken = true
      const hidden = await server.post('experiments/create', { name: 'x' })
      isBroken = false
      assert.equal(hidden.status, 500)
      assert.equal(hidden.body.error_code, 'INTERNAL_ERROR')
      assert.ok(!/sqlite|no such table|select|insert|\/home|\.ts/i.test(hidden.text), hidden.text)
      assert.ok(hidden.text.includes(String(hidden.headers['x-request-id'])))
      id = hidden.headers['x-request-id']
      await server.call('GET', '/nothing%0d%0aforged-line?secret')
    })
    assert.equal(lines.length, 2)
    assert.equal(lines[0]?.level, 'error')
    assert.equal(lines[0]?.request_id, id)
    assert.match(String(lines[0]?.err), /no such table: experiment/)
    assert.equal(lines[1]?.path, '/nothing%0d%0aforged-line')
  })
})
