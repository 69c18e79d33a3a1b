import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { buildApp, endpoints } from '../app.ts'
import { type Answer, type TestServer, testSettings } from '../testing/server.ts'
import { serverInMemory } from '../testing/sockets.ts'
import { pathsOf } from './pipeline.ts'

const CREATE = '/api/2.0/mlflow/experiments/create'
const GET = '/api/2.0/mlflow/experiments/get?experiment_id=1'
let made = 0
const fresh = (): object => ({ name: `experiment ${made++}` })

function assertRefused(answer: Answer, phrase: string): void {
  assert.equal(answer.status, 403, answer.text)
  assert.equal(answer.body.error_code, 'PERMISSION_DENIED')
  assert.ok(answer.body.message.includes(phrase), answer.body.message)
  assert.ok(!answer.text.includes('evil'), answer.text)
}

describe('requests by a foreign name (BR-01, BR-02, BR-14)', () => {
  let server: TestServer
  before(async () => {
    server = await serverInMemory()
  })
  const concrete = (path: string): string => path.replace(/:[a-z_]+/g, '1').replace('*', 'x')
  const health = ['/health']
  for (const endpoint of endpoints) {
    for (const route of [endpoint.route, ...(endpoint.also ?? [])]) {
      const method = route.split(' ')[0] as string
      for (const path of pathsOf(route, '').map(concrete)) {
        if (health.includes(path)) continue
        test(`${method} ${path}`, async () => {
          for (const host of ['evil.com', '10.evil.com'])
            assertRefused(await server.call(method, path, undefined, { host }), 'Invalid Host header')
        })
      }
    }
  }
  for (const path of [
    '/',
    '/nothing',
    '/api/2.0/mlflow/nothing',
    '/%zz',
    '//',
    '/graphql',
    '/HEALTH',
    '/health/',
    '//health/x',
    '/healthz/../api',
  ]) {
    test(`GET ${path}`, async () => assertRefused(await server.call('GET', path, undefined, { host: 'evil.com' }), 'Invalid Host header'))
  }
  test('/health answers by any name, and says nothing', async () => {
    const answer = await server.call('GET', '/health', undefined, { host: '10.2.3.4:5000' })
    assert.deepEqual([answer.status, answer.text], [200, 'OK'])
  })
  test('a name that was given to --allowed-hosts passes', async () => {
    const named = await serverInMemory({ settings: { ...testSettings(), allowed_hosts: ['mlflow.example.com'] } })
    assert.equal((await named.call('POST', CREATE, fresh(), { host: 'mlflow.example.com' })).status, 200)
    assert.equal((await named.call('POST', CREATE, fresh(), { host: 'localhost:5000' })).status, 200)
    assertRefused(await named.call('POST', CREATE, fresh(), { host: 'evil.com' }), 'Invalid Host header')
  })
})

describe('requests of other pages (BR-03 to BR-06)', () => {
  let server: TestServer
  before(async () => {
    server = await serverInMemory()
  })
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.com' },
    { origin: 'null' },
    { origin: 'http://localhost.evil.com' },
    { origin: 'http://localhost:5000.evil.com' },
    { origin: 'http://evil.com#localhost' },
    { origin: 'http://evil.com/localhost:5000' },
    { origin: 'HTTP://LOCALHOST:5000' },
    { origin: 'http://localhost:3000' },
    { origin: 'http://localhost' },
    { origin: 'http://127.0.0.1:5000' },
    { origin: 'http://localhost:5000, http://evil.com' },
    { origin: 'file://' },
    { origin: '' },
    { origin: 'http://localhost:5000', 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'something-new' },
  ]
  for (const headers of foreign) {
    for (const [method, path] of [
      ['POST', CREATE],
      ['GET', GET],
      ['DELETE', '/nothing'],
      ['PATCH', CREATE],
      ['GET', '/nothing'],
    ] as const) {
      test(`${method} ${path} with ${JSON.stringify(headers)}`, async () => {
        const answer = await server.call(method, path, method === 'GET' ? undefined : fresh(), headers)
        assertRefused(answer, 'Cross-origin request blocked')
        assert.equal(answer.headers['access-control-allow-origin'], undefined)
      })
    }
  }
  for (const headers of [
    {},
    { origin: 'http://localhost:5000' },
    { origin: 'http://localhost:5000', 'sec-fetch-site': 'same-origin' },
    { origin: 'https://localhost:5000' },
    { 'sec-fetch-site': 'none' },
  ] as Record<string, string>[]) {
    test(`its own page, or a program: ${JSON.stringify(headers)}`, async () => {
      assert.equal((await server.call('POST', CREATE, fresh(), headers)).status, 200)
    })
  }
  test('a link on another site opens a page, and neither frames one nor posts', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    assert.equal((await server.call('GET', '/version', undefined, link)).status, 200)
    assertRefused(await server.call('GET', '/version', undefined, { ...link, 'sec-fetch-dest': 'iframe' }), 'Cross-origin')
    assertRefused(await server.call('POST', CREATE, fresh(), link), 'Cross-origin')
  })
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    undefined,
  ]) {
    test(`a form that a page may send without asking: ${type}`, async () => {
      const headers = type === undefined ? {} : { 'content-type': type }
      const answer = await server.call('POST', CREATE, Buffer.from('{"name":"drive-by"}'), headers as Record<string, string>)
      assert.equal(answer.status, 400, answer.text)
      assert.match(answer.body.message, /Content-Type must be one of/)
    })
  }
  test('a Content-Type is not repeated in the answer (BR-07)', async () => {
    for (const type of ['<script>alert(1)</script>', 'text/<script>alert(1)</script>']) {
      const answer = await server.call('POST', CREATE, Buffer.from('{}'), { 'content-type': type })
      assert.equal(answer.status, 400, answer.text)
      assert.ok(!answer.text.includes('script'), answer.text)
      assert.match(String(answer.headers['content-type']), /^application\/json/)
      assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    }
  })
})

describe('--cors-allowed-origins', () => {
  const page = { origin: 'https://app.example.com', 'sec-fetch-site': 'cross-site' }
  const preflight = { ...page, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
  test('a named origin may call, with credentials; others may not', async () => {
    const server = await serverInMemory({ settings: { ...testSettings(), cors_allowed_origins: ['https://app.example.com'] } })
    const asked = await server.call('OPTIONS', CREATE, undefined, preflight)
    assert.equal(asked.status, 204)
    assert.match(String(asked.headers['access-control-allow-methods']), /POST/)
    assert.match(String(asked.headers['access-control-allow-headers']), /content-type/)
    for (const answer of [asked, await server.call('POST', CREATE, fresh(), page), await server.call('GET', '/nothing', undefined, page)]) {
      assert.notEqual(answer.status, 403)
      assert.equal(answer.headers['access-control-allow-origin'], 'https://app.example.com')
      assert.equal(answer.headers['access-control-allow-credentials'], 'true')
      assert.equal(answer.headers.vary, 'Origin')
    }
    for (const origin of ['https://app.example.com.evil.com', 'http://app.example.com', 'https://evil.com']) {
      assertRefused(await server.call('OPTIONS', CREATE, undefined, { ...preflight, origin }), 'Cross-origin')
      assertRefused(await server.call('POST', CREATE, fresh(), { ...page, origin }), 'Cross-origin')
    }
  })
  test('* lets every page call, and never with credentials', async () => {
    const server = await serverInMemory({ settings: { ...testSettings(), cors_allowed_origins: ['*'] } })
    for (const answer of [
      await server.call('OPTIONS', CREATE, undefined, preflight),
      await server.call('POST', CREATE, fresh(), { origin: 'https://evil.com', 'sec-fetch-site': 'cross-site' }),
    ]) {
      assert.ok(answer.status < 300, answer.text)
      assert.equal(answer.headers['access-control-allow-origin'], '*')
      assert.equal(answer.headers['access-control-allow-credentials'], undefined)
    }
  })
  for (const entry of [
    'app.example.com',
    'https://app.example.com/',
    'https://*.example.com',
    'HTTPS://APP.example.com',
    'null',
    'file://',
    '',
  ]) {
    test(`'${entry}' is refused at the start`, () => {
      const settings = { ...testSettings(), cors_allowed_origins: [entry] }
      assert.throws(() => buildApp({ db: { threads: undefined } as never, settings }), /--cors-allowed-origins/)
    })
  }
})

describe('headers of every answer (BR-12)', () => {
  const requests = [
    ['GET', '/version'],
    ['POST', CREATE],
    ['GET', '/nothing'],
    ['GET', '/%zz'],
    ['GET', '/health'],
    ['PUT', GET],
  ] as const
  for (const [frames, header, ancestors] of [
    ['DENY', 'DENY', "frame-ancestors 'none'"],
    ['SAMEORIGIN', 'SAMEORIGIN', "frame-ancestors 'self'"],
    ['NONE', undefined, 'frame-ancestors *'],
  ] as const) {
    test(`--x-frame-options ${frames}`, async () => {
      const server = await serverInMemory({ settings: { ...testSettings(), x_frame_options: frames } })
      for (const [method, path] of requests) {
        const { headers } = await server.call(method, path)
        const policy = String(headers['content-security-policy'])
        assert.ok(policy.includes("default-src 'none'") && policy.includes(ancestors) && !policy.includes('unsafe'), policy)
        assert.equal(headers['x-frame-options'], header)
        assert.equal(headers['x-content-type-options'], 'nosniff')
        assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
        assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
        assert.equal(headers['referrer-policy'], 'no-referrer')
        assert.match(String(headers['x-request-id']), /^[\w-]+$/)
        assert.equal(headers.server ?? headers['x-powered-by'], undefined)
      }
    })
  }
})
