import assert from 'node:assert/strict'
import { once } from 'node:events'
import { before, describe, test } from 'node:test'
import type { TestServer } from '../testing/server.ts'
import { listen, RawClient, sendRaw, serverInMemory } from '../testing/sockets.ts'
import { parseJson } from './body.ts'
import { object, string } from './schema.ts'

const CREATE = '/api/2.0/mlflow/experiments/create'
const MB = 2 ** 20

function head(method: string, path: string, ...headers: string[]): string {
  return [`${method} ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n')
}
const JSON_HEADER = 'Content-Type: application/json'

describe('bodies on a real socket (DO-06)', () => {
  let server: TestServer
  let port: number
  before(async () => {
    server = await serverInMemory({ body_wait_max_ms: 300 })
    port = await listen(server)
  })

  test('60 MB are refused by their declared length, at little cost, and the client that sends them all gets to read so', async () => {
    const client = await RawClient.open(port)
    const before_bytes = process.memoryUsage().rss
    client.send(head('POST', CREATE, JSON_HEADER, `Content-Length: ${60 * MB}`))
    const part = Buffer.alloc(MB, 0x20)
    for (let sent = 0; sent < 60; sent++) if (!client.socket.write(part)) await once(client.socket, 'drain')
    assert.match(await client.until('REQUEST_TOO_LARGE'), /^HTTP\/1\.1 413 /)
    assert.ok(process.memoryUsage().rss - before_bytes < 60 * MB)
    client.socket.destroy()
  })

  test('chunks without a declared length are refused when they are too many', async () => {
    const client = await RawClient.open(port)
    client.send(head('POST', CREATE, JSON_HEADER, 'Transfer-Encoding: chunked', 'Connection: close'))
    const chunk = Buffer.concat([Buffer.from('40000\r\n'), Buffer.alloc(0x40000, 0x20), Buffer.from('\r\n')])
    for (let sent = 0; sent < 6; sent++) client.send(chunk)
    client.send('0\r\n\r\n')
    assert.match(await client.untilClosed(), /^HTTP\/1\.1 413 /)
  })

  test('a byte now and then is not waited for', async () => {
    const client = await RawClient.open(port)
    client.send(head('POST', CREATE, JSON_HEADER, 'Content-Length: 1000'))
    const drip = setInterval(() => client.send(' '), 50)
    const answer = await client.untilClosed(8_000)
    clearInterval(drip)
    assert.match(answer, /^HTTP\/1\.1 408 /)
    assert.match(answer, /REQUEST_TIMEOUT/)
  })

  test('the rest of a refused body is not read for ever', async () => {
    const client = await RawClient.open(port)
    client.send(head('POST', '/nothing', JSON_HEADER, `Content-Length: ${500 * MB}`))
    assert.match(await client.until('ENDPOINT_NOT_FOUND'), /^HTTP\/1\.1 404 /)
    const drip = setInterval(() => client.send('x'.repeat(1000)), 20)
    await client.untilClosed(8_000)
    clearInterval(drip)
  })

  test('a client that leaves in the middle of its body does no harm', async () => {
    const client = await RawClient.open(port)
    client.send(`${head('POST', CREATE, JSON_HEADER, 'Content-Length: 1000')}{"name":`)
    client.socket.destroy()
    assert.equal((await server.call('GET', '/health')).status, 200)
  })

  test('other requests are answered while a body is slow', async () => {
    const slow = await RawClient.open(port)
    slow.send(head('POST', CREATE, JSON_HEADER, 'Content-Length: 1000'))
    assert.equal((await fetch(`http://127.0.0.1:${port}/health`)).status, 200)
    slow.socket.destroy()
  })

  test('the body of a GET is ignored', async () => {
    const body = '{"experiment_id":"no such"}'
    const lines = [JSON_HEADER, `Content-Length: ${body.length}`, 'Connection: close']
    const answer = await sendRaw(port, head('GET', '/version', ...lines) + body)
    assert.match(answer, /^HTTP\/1\.1 200 /)
  })

  test('headers are limited in length, and so is the path', async () => {
    assert.match(await sendRaw(port, head('GET', '/version', `X-Long: ${'x'.repeat(20_000)}`)), /^HTTP\/1\.1 431 [\s\S]*BAD_REQUEST/)
    assert.match(await sendRaw(port, head('GET', `/${'x'.repeat(20_000)}`)), /^HTTP\/1\.1 431 /)
  })

  test('a compressed body is refused, however small', async () => {
    const answer = await server.call('POST', CREATE, {}, { 'content-encoding': 'gzip' })
    assert.equal(answer.status, 415)
    assert.equal(answer.body.error_code, 'UNSUPPORTED_MEDIA_TYPE')
  })
})

describe('requests that two servers could read differently (ID-11)', () => {
  let port: number
  before(async () => {
    port = await listen(await serverInMemory())
  })
  const smuggled = `GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n`
  for (const [what, bytes] of [
    [
      'Content-Length and Transfer-Encoding',
      `${head('POST', CREATE, JSON_HEADER, 'Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n${smuggled}`,
    ],
    [
      'Transfer-Encoding and Content-Length',
      `${head('POST', CREATE, JSON_HEADER, 'Transfer-Encoding: chunked', 'Content-Length: 4')}0\r\n\r\n${smuggled}`,
    ],
    ['two Content-Lengths', `${head('POST', CREATE, JSON_HEADER, 'Content-Length: 2', 'Content-Length: 30')}{}${smuggled}`],
    ['a Content-Length of two numbers', `${head('POST', CREATE, JSON_HEADER, 'Content-Length: 2, 30')}{}${smuggled}`],
    ['a signed Content-Length', `${head('POST', CREATE, JSON_HEADER, 'Content-Length: +2')}{}${smuggled}`],
    ['a Transfer-Encoding nobody knows', `${head('POST', CREATE, JSON_HEADER, 'Transfer-Encoding: xchunked')}0\r\n\r\n${smuggled}`],
    ['chunked twice', `${head('POST', CREATE, JSON_HEADER, 'Transfer-Encoding: chunked, identity')}0\r\n\r\n${smuggled}`],
    ['a chunk size that is no number', `${head('POST', CREATE, JSON_HEADER, 'Transfer-Encoding: chunked')}0x2\r\n{}\r\n0\r\n\r\n`],
    ['a folded header', `POST ${CREATE} HTTP/1.1\r\nHost: localhost\r\n${JSON_HEADER}\r\nX-A: b\r\n Content-Length: 30\r\n\r\n${smuggled}`],
    ['a space before the colon', head('POST', CREATE, JSON_HEADER, 'Content-Length : 30')],
    ['lines that end in a bare LF', `GET /version HTTP/1.1\nHost: localhost\n\n`],
    ['a header that ends in a bare LF', `GET /version HTTP/1.1\r\nHost: localhost\nX-A: b\r\n\r\n`],
    ['a header that holds a bare CR', `GET /version HTTP/1.1\r\nHost: localhost\r\nX-A: b\rX-C: d\r\n\r\n`],
    ['a header that holds NUL', head('GET', '/version', 'X-A: b\0c')],
    ['a path that holds a space', head('GET', '/version /x')],
    ['a path that holds a control character', head('GET', '/version\x01')],
    ['a method nobody knows', head('FROB', '/version')],
    ['no Host', 'GET /version HTTP/1.1\r\n\r\n'],
    ['HTTP/2 in the clear', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', Buffer.from('16030100a5010000a1', 'hex')],
  ] as const) {
    test(`${what}: 400, and the connection ends`, async () => {
      const answer = await sendRaw(port, bytes as string)
      assert.match(answer, /^HTTP\/1\.1 400 /)
      assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, answer)
      assert.ok(!answer.includes('3.17'), answer)
    })
  }

  for (const [what, bytes] of [
    ['two Hosts', head('GET', '/version', 'Host: evil.com', 'Connection: close')],
    ['a full address for a path', head('GET', 'http://localhost/version', 'Connection: close')],
    ['a full address of another host', head('GET', 'http://evil.com/version', 'Connection: close')],
    ['no path', head('OPTIONS', '*', 'Connection: close')],
  ] as const) {
    test(`${what}: 400`, async () => {
      const answer = await sendRaw(port, bytes)
      assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*BAD_REQUEST/)
      assert.ok(!answer.includes('evil'), answer)
    })
  }

  test('a header cannot be split by what a client sends (ID-06)', async () => {
    const answer = await sendRaw(port, head('GET', '/nothing%0d%0aSet-Cookie:%20a=b', 'Connection: close'))
    assert.match(answer, /^HTTP\/1\.1 404 /)
    assert.doesNotMatch(answer, /set-cookie/i)
  })
})

describe('JSON that is deep, or is none (DO-07)', () => {
  let server: TestServer
  before(async () => {
    server = await serverInMemory()
  })
  const deep = '['.repeat(200_000) + ']'.repeat(200_000)
  const objects = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
  for (const [what, text] of [
    ['the whole body', deep],
    ['a known field', `{"name":${deep}}`],
    ['a field nobody knows', `{"name":"x","unknown":${deep}}`],
    ['a field nobody knows, of objects', `{"name":"x","unknown":${objects}}`],
    ['after a text that holds brackets', `{"name":"]]]\\"]]]${']'.repeat(70_000)}","unknown":${deep}}`],
    ['JSON within JSON', JSON.stringify(`{"name":"x","unknown":${deep}}`)],
    ['brackets that never close', '['.repeat(500_000)],
  ] as const) {
    test(`${what}: 400`, async () => {
      const started = process.threadCpuUsage()
      const answer = await server.call('POST', CREATE, Buffer.from(text), { 'content-type': 'application/json' })
      const { user } = process.threadCpuUsage(started)
      assert.equal(answer.status, 400)
      assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE', answer.text)
      assert.ok(user < 500_000, `${user} µs of the processor`)
      assert.ok(answer.text.length < 1000)
    })
  }
  for (const text of ['{', '{"name":"x"} x', "{'name':'x'}", '\ufeff{"name":"x"}', '{"name":"x",}', 'NaN', '"{"', '\u0000']) {
    test(`${JSON.stringify(text)}: 400`, async () => {
      const answer = await server.call('POST', CREATE, Buffer.from(text), { 'content-type': 'application/json' })
      assert.equal(answer.status, 400)
      assert.equal(answer.body.error_code, 'BAD_REQUEST', answer.text)
    })
  }
  for (const text of ['[]', '1', 'null', '[{"name":"x"}]', '"x"', 'true']) {
    test(`${text} is JSON and no request: 400`, async () => {
      const answer = await server.call('POST', CREATE, Buffer.from(text), { 'content-type': 'application/json' })
      assert.equal(answer.status, 400, answer.text)
    })
  }
  test('bytes that are not UTF-8: 400', async () => {
    const body = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])
    assert.equal((await server.call('POST', CREATE, body, { 'content-type': 'application/json' })).status, 400)
  })
  test('what is long and flat passes the scan of its depth', () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => ({ key: `[{"\\${at}`, value: [at] }))
    assert.deepEqual(parseJson(Buffer.from(JSON.stringify(rows))), rows)
  })
})

describe('keys and numbers that JavaScript bends', () => {
  let server: TestServer
  before(async () => {
    server = await serverInMemory()
  })
  test('__proto__ and its like are data (ID-08)', async () => {
    const keys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype']
    const made = await server.post('experiments/create', { name: '__proto__', tags: keys.map((key) => ({ key, value: key })) })
    assert.equal(made.status, 200, made.text)
    const got = await server.get('experiments/get', { experiment_id: made.body.experiment_id })
    assert.deepEqual(new Set(got.body.experiment.tags.map((tag: { key: string }) => tag.key)), new Set(keys))
    const body = '{"name":"polluted","__proto__":{"artifact_location":"x","polluted":1},"constructor":{"prototype":{"polluted":1}}}'
    assert.equal((await server.call('POST', CREATE, Buffer.from(body), { 'content-type': 'application/json' })).status, 200)
    assert.equal(({} as { polluted?: number }).polluted, undefined)
    const query = await server.call('GET', '/api/2.0/mlflow/experiments/get?__proto__=1&constructor=2&experiment_id[__proto__]=3')
    assert.equal(query.status, 400)
    assert.throws(() => object({ name: string() }).decode(JSON.parse('{"__proto__":{"name":"x"}}')))
  })
})

describe('whole numbers that a JavaScript number rounds (ID-10)', () => {
  let server: TestServer
  before(async () => {
    server = await serverInMemory()
  })
  for (const text of [
    '9007199254740993',
    '"9007199254740993"',
    '9223372036854775807',
    '"9223372036854775808"',
    '1e400',
    '-9007199254740993',
    '0.5',
    '"0x10"',
    '" 1"',
  ]) {
    test(`${text} is refused`, async () => {
      const body = Buffer.from(`{"experiment_id":"0","start_time":${text}}`)
      const answer = await server.call('POST', '/api/2.0/mlflow/runs/create', body, { 'content-type': 'application/json' })
      assert.deepEqual([answer.status, answer.body.error_code], [400, 'INVALID_PARAMETER_VALUE'], answer.text)
      assert.match(answer.body.message, /start_time/)
    })
  }
  for (const [text, number] of [
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['"1700000000000"', 1_700_000_000_000],
    ['1e3', 1000],
  ] as const) {
    test(`${text} is kept exactly`, async () => {
      const body = Buffer.from(`{"experiment_id":"0","start_time":${text}}`)
      const answer = await server.call('POST', '/api/2.0/mlflow/runs/create', body, { 'content-type': 'application/json' })
      assert.equal(answer.body.run?.info.start_time, number, answer.text)
    })
  }
})

test('a body of a method that no endpoint has is not read', async () => {
  const server = await serverInMemory()
  for (const method of ['POST', 'OPTIONS', 'QUERY', 'PROPFIND']) {
    const answer = await server.call(method, '/nothing', Buffer.from('{not JSON'), { 'content-type': 'application/json' })
    assert.deepEqual([answer.status, answer.body.error_code], [404, 'ENDPOINT_NOT_FOUND'], method)
  }
})

test('DO-01 AZ-15 no endpoint takes a GraphQL query', async () => {
  const server = await serverInMemory()
  for (const path of ['/graphql', '/api/2.0/mlflow/graphql', '/ajax-api/2.0/mlflow/graphql']) {
    for (const method of ['GET', 'POST']) {
      const answer = await server.call(method, path, method === 'POST' ? { query: '{ a: x b: x }' } : undefined)
      assert.equal(answer.status, 404)
      assert.equal(answer.body.error_code, 'ENDPOINT_NOT_FOUND')
    }
  }
})
