import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { type TestServer, testSettings } from '../testing/server.ts'
import { listen, sendRaw, serverInMemory } from '../testing/sockets.ts'

const EXPERIMENT = 'experiment_id=1'

describe('a path is one route or none (AU-09)', () => {
  let server: TestServer
  let port: number
  before(async () => {
    server = await serverInMemory()
    port = await listen(server)
    await server.post('experiments/create', { name: 'fraud' })
  })
  for (const path of [
    '/api/..;/api/2.0/mlflow/experiments/get',
    '/static/../api/2.0/mlflow/experiments/get',
    '/health/../api/2.0/mlflow/experiments/get',
    '/healthz/../api/2.0/mlflow/experiments/get',
    '/health%2f..%2fapi/2.0/mlflow/experiments/get',
    '/health;x/api/2.0/mlflow/experiments/get',
    '/static;x/api/2.0/mlflow/experiments/get',
    '/api%2f2.0%2fmlflow%2fexperiments%2fget',
    '/api/2.0/mlflow/experiments%2fget',
    '/api/2.0/mlflow/experiments%252fget',
    '/api/2.0/mlflow/experiments/get/',
    '/api/2.0/mlflow/experiments//get',
    '/api//2.0/mlflow/experiments/get',
    '/api/2.0/mlflow/./experiments/get',
    '/api/2.0/mlflow/experiments/get;x',
    '/api/2.0/mlflow/experiments/get%00',
    '/api/2.0/mlflow/experiments/get%20',
    '/api/2.0/mlflow/experiments/get.json',
    '/API/2.0/mlflow/experiments/get',
    '/api/2.0/mlflow/Experiments/Get',
    '\\api\\2.0\\mlflow\\experiments\\get',
    '/api/2.0/mlflow\\experiments\\get',
    '///api/2.0/mlflow/experiments/get',
    '/ajax-api/api/2.0/mlflow/experiments/get',
    '/api/2.0/mlflow/experiments/get%',
  ]) {
    test(`${path} is none`, async () => {
      // On a socket, since an HTTP client resolves `..` before it sends.
      const answer = await sendRaw(port, `GET ${path}?${EXPERIMENT} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
      assert.match(answer, /^HTTP\/1\.1 (404|400) [\s\S]*(ENDPOINT_NOT_FOUND|BAD_REQUEST)/)
      assert.ok(!answer.includes('fraud'))
    })
  }

  test("one slash too many at the beginning, which MLflow's clients send, is the same route behind the same checks", async () => {
    const path = `//api/2.0/mlflow/experiments/get?${EXPERIMENT}`
    assert.equal((await server.call('GET', path)).status, 200)
    assert.equal((await server.call('GET', path, undefined, { host: 'evil.com' })).status, 403)
  })

  test('a route answers to its own methods only', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']) {
      assert.equal((await server.call(method, `/api/2.0/mlflow/experiments/get?${EXPERIMENT}`, {})).status, 404, method)
    }
    const head = await server.call('HEAD', `/api/2.0/mlflow/experiments/get?${EXPERIMENT}`)
    assert.deepEqual([head.status, head.text], [200, ''])
  })
})

describe('--static-prefix', () => {
  test('stands before every path, and without it nothing answers', async () => {
    const server = await serverInMemory({ settings: { ...testSettings(), static_prefix: '/team/mlflow' } })
    for (const path of [
      '/health',
      '/version',
      '/api/2.0/mlflow/experiments/get?experiment_id=1',
      '/ajax-api/2.0/mlflow/experiments/get?experiment_id=1',
    ]) {
      assert.notEqual((await server.call('GET', `/team/mlflow${path}`)).body.error_code, 'ENDPOINT_NOT_FOUND', path)
      assert.equal((await server.call('GET', path)).body.error_code, 'ENDPOINT_NOT_FOUND', path)
      assert.notEqual((await server.call('GET', `//team/mlflow${path}`)).body.error_code, 'ENDPOINT_NOT_FOUND', path)
    }
    assert.equal((await server.call('GET', '/team/mlflow/health', undefined, { host: 'evil.com' })).status, 200)
    assert.equal((await server.call('GET', '/health', undefined, { host: 'evil.com' })).status, 403)
  })
})
