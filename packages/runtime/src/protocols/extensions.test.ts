import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { Validator } from '@seriousme/openapi-schema-validator'
import { columnsOf, served, serving, sums } from '../testing/sums.ts'

const AB = columnsOf({ a: 'double', b: 'long' })

/** A request of the V2 protocol with bytes behind the JSON, and its answer, taken apart. */
async function infer(url: string, inputs: object[], bytes: readonly Buffer[], more: object = {}, length?: number) {
  const head = Buffer.from(JSON.stringify({ inputs, ...more }))
  const answer = await fetch(`${url}/v2/models/sums/infer`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': String(length ?? head.length) },
    body: Buffer.concat([head, ...bytes]),
  })
  const body = Buffer.from(await answer.arrayBuffer())
  const json_length = Number(answer.headers.get('inference-header-content-length') ?? body.length)
  return { status: answer.status, json: JSON.parse(body.toString('utf8', 0, json_length)), rest: body.subarray(json_length) }
}

const doubles = (...values: number[]): Buffer => Buffer.from(new Float64Array(values).buffer)
const longs = (...values: bigint[]): Buffer => Buffer.from(new BigInt64Array(values).buffer)
const input = (name: string, datatype: string, bytes: Buffer, rows = 2) => ({
  name,
  datatype,
  shape: [rows],
  parameters: { binary_data_size: bytes.length },
})

test('V2: tensors come and go as bytes behind the JSON, also beside others that are JSON', async (t) => {
  const { url } = await serving(t, [served(AB)])
  const [a, b] = [doubles(0.5, 1.5), longs(1n, 2n)]
  const plain = await infer(url, [input('a', 'FP64', a), input('b', 'INT64', b)], [a, b])
  assert.deepEqual([plain.status, plain.json.outputs[0].data, plain.rest.length], [200, [1.5, 3.5], 0])
  const mixed = [input('a', 'FP64', a), { name: 'b', datatype: 'INT64', shape: [2], data: [1, 2] }]
  const asked = { outputs: [{ name: 'predict', parameters: { binary_data: true } }, { name: 'predict_proba' }] }
  const both = await infer(url, mixed, [a], asked)
  assert.deepEqual(both.json.outputs[0], { name: 'predict', shape: [2, 1], datatype: 'FP64', parameters: { binary_data_size: 16 } })
  assert.deepEqual([both.rest.readDoubleLE(0), both.rest.readDoubleLE(8)], [1.5, 3.5])
  assert.equal(both.json.outputs[1].data.length, 4)
  const all = await infer(url, mixed, [a], { parameters: { binary_data_output: true } })
  assert.equal(all.rest.length, 16)
  const whole = await serving(t, [served(AB, { is_integer: true })])
  const integers = await infer(
    whole.url,
    [input('a', 'FP32', Buffer.from(new Float32Array([1, 2]).buffer)), mixed[1] as object],
    [Buffer.from(new Float32Array([1, 2]).buffer)],
    { parameters: { binary_data_output: true } },
  )
  assert.deepEqual([integers.json.outputs[0].datatype, integers.rest.readDoubleLE(0)], ['FP64', 2])
})

test('V2: every datatype is read from its bytes', async (t) => {
  const { url } = await serving(t, [served(columnsOf({ a: 'double' }))])
  const cases: [datatype: string, bytes: Buffer, sum: number][] = [
    ['UINT8', Buffer.from([200]), 200],
    ['INT8', Buffer.from([0xff]), -1],
    ['INT16', Buffer.from([0xfe, 0xff]), -2],
    ['UINT16', Buffer.from([1, 1]), 257],
    ['INT32', Buffer.from([1, 0, 0, 0x80]), -(2 ** 31) + 1],
    ['UINT32', Buffer.from([0, 0, 0, 0x80]), 2 ** 31],
    ['UINT64', longs(7n), 7],
    ['FP16', Buffer.from([0x00, 0xbe]), -1.5],
    ['FP16', Buffer.from([0x01, 0x00]), 2 ** -24],
    ['FP32', Buffer.from(new Float32Array([0.25]).buffer), 0.25],
  ]
  for (const [datatype, bytes, sum] of cases) {
    const { status, json } = await infer(url, [input('a', datatype, bytes, 1)], [bytes])
    assert.deepEqual([status, json.outputs?.[0].data], [200, [sum]], datatype)
  }
  const texts = await serving(t, [
    served(columnsOf({ a: 'string' }), {
      backend: { ...sums, predict: ({ data }) => ({ values: [String(data[0]?.[0])], columns: 1 }) },
    }),
  ])
  const text = Buffer.concat([Buffer.from([3, 0, 0, 0]), Buffer.from('ab€').subarray(0, 2), Buffer.from('c')])
  const told = await infer(texts.url, [input('a', 'BYTES', text, 1)], [text], { parameters: { binary_data_output: true } })
  assert.equal(told.rest.toString('utf8', 4), 'abc')
})

test('V2: bytes that are not what the JSON says are refused', async (t) => {
  const { url } = await serving(t, [served(AB)])
  const a = doubles(1, 2)
  const cases: [inputs: object[], bytes: Buffer[], message: RegExp, length?: number][] = [
    [[input('a', 'FP64', a)], [], /binary_data_size 16, and 0 bytes are left/],
    [[{ ...input('a', 'FP64', a), parameters: { binary_data_size: -1 } }], [a], /binary_data_size -1/],
    [[input('a', 'FP64', a.subarray(1))], [a.subarray(1)], /15 bytes are no whole number of FP64/],
    [[input('a', 'FP64', a)], [a, a], /16 bytes behind the tensors/],
    [[input('a', 'PICKLE', a)], [a], /"PICKLE" can't be sent as bytes/],
    [[input('a', 'BYTES', a)], [a], /longer than what was sent/],
    [[], [], /the body has/, 1_000_000],
    [[input('a', 'FP64', a, 3)], [a], /shape \[3\] is not that of 2 values/],
  ]
  for (const [inputs, bytes, message, length] of cases) {
    const { status, json } = await infer(url, inputs, bytes, {}, length)
    assert.equal(status, 400)
    assert.match(json.error, message)
  }
})

test('the repository’s index lists what is served', async (t) => {
  const { call } = await serving(t, [served(AB), served(AB, { name: 'other', version: '7' })])
  assert.deepEqual((await call('POST', '/v2/repository/index', {})).body, [
    { name: 'sums', version: '1', state: 'READY', reason: '' },
    { name: 'other', version: '7', state: 'READY', reason: '' },
  ])
})

test('Seldon: raw messages are answered raw, and feedback is counted for the version that answered', async (t) => {
  const { call } = await serving(t, [served(AB)])
  const raw = await call('POST', '/api/v1.0/predictions', { jsonData: { dataframe_records: [{ a: 1, b: 2 }] }, meta: { puid: 'p' } })
  assert.deepEqual(raw.body, { jsonData: { predictions: [3] }, meta: { puid: 'p', requestPath: { sums: '1' } } })
  assert.equal((await call('POST', '/api/v1.0/predictions', { jsonData: { dataframe_records: [{ a: 1 }] } })).status, 400)
  const feedback = (body: unknown) => call('POST', '/api/v1.0/feedback', body)
  for (const reward of [1, 0.5]) assert.equal((await feedback({ reward, response: { meta: { requestPath: { sums: '1' } } } })).status, 200)
  assert.equal((await feedback({ reward: 'much' })).status, 400)
  assert.equal((await feedback([])).status, 400)
  const { text } = await call('GET', '/metrics')
  assert.match(text, /millrace_feedback_total\{model="sums",version="1"\} 2\n/)
  assert.match(text, /millrace_feedback_reward\{model="sums",version="1"\} 1\.5\n/)
  assert.equal((await call('GET', '/metadata')).body.name, 'sums')
})

test('OpenAPI is made of the signature, for each model and version', async (t) => {
  const { call } = await serving(t, [
    served(columnsOf({ a: 'double', 'b c': 'long?' })),
    served(undefined, { name: 'other', version: '7' }),
  ])
  const { body } = await call('GET', '/openapi.json')
  assert.deepEqual([body.openapi, body.info.title, body.info.version], ['3.1.0', 'sums', '1'])
  assert.deepEqual(Object.keys(body.paths), [
    '/models/sums/invocations',
    '/models/sums/versions/1/invocations',
    '/v1/models/sums:predict',
    '/v2/models/sums/infer',
    '/v2/models/sums/versions/1/infer',
    '/api/v1.0/predictions',
  ])
  // Every kind of body that a route takes is told, and a kind that is not told is refused.
  const bodiesOf = (path: string): string[] => Object.keys(body.paths[path].post.requestBody.content)
  assert.deepEqual(bodiesOf('/models/sums/invocations'), ['application/json', 'text/csv', 'application/vnd.apache.parquet'])
  assert.match(JSON.stringify(body.paths['/models/sums/invocations']), /columns a \(double\), b c \(long\)/)
  assert.deepEqual(bodiesOf('/v2/models/sums/infer'), ['application/json', 'application/octet-stream'])
  assert.equal(body.paths['/v2/models/sums/infer'].post.parameters[0].name, 'Inference-Header-Content-Length')
  assert.deepEqual(body.components.schemas.Message.anyOf[1].properties.jsonData, { $ref: '#/components/schemas/Invocation' })
  const row = body.components.schemas.Row
  assert.deepEqual([row.required, row.properties['b c']], [['a'], { type: 'integer', format: 'int64' }])
  const other = (await call('GET', '/models/other/versions/7/openapi.json')).body
  assert.deepEqual([other.info.title, Object.keys(other.paths).includes('/api/v1.0/predictions')], ['other', false])
  assert.equal((await call('GET', '/models/other/versions/8/openapi.json')).status, 404)
  const found = await new Validator().validate(body)
  assert.ok(found.valid, JSON.stringify(found.errors))
  // Whatever it refers to is there.
  const names = [...JSON.stringify(body).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name)
  for (const name of names) assert.ok(body.components.schemas[name as string], String(name))
})

test('DO-15 packed bodies are unpacked up to the bound of those that are not', async (t) => {
  const { url } = await serving(t, [served(AB)], { limits: { body_max_bytes: 100_000 } })
  const ask = async (body: Uint8Array<ArrayBuffer>, encoding: string) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding }
    const answer = await fetch(`${url}/invocations`, { method: 'POST', headers, body })
    return [answer.status, await answer.text()] as const
  }
  const fine = Buffer.from('{"inputs": {"a": [1], "b": [2]}}')
  for (const [encoding, body] of [
    ['gzip', gzipSync(fine)],
    ['deflate', deflateSync(fine)],
    ['identity', fine],
  ] as const) {
    assert.deepEqual(await ask(new Uint8Array(body), encoding), [200, '{"predictions":[3]}'])
  }
  assert.equal((await ask(new Uint8Array(gzipSync(Buffer.alloc(50_000_000, ' '))), 'gzip'))[0], 413)
  assert.match((await ask(new Uint8Array(fine), 'gzip'))[1], /not what its Content-Encoding 'gzip' says/)
  assert.equal((await ask(new Uint8Array(brotliCompressSync(fine)), 'br'))[0], 415)
})

test('V2 takes what does not say its type from programs, and from no page', async (t) => {
  const { url } = await serving(t, [served(AB)])
  const data = (name: string, datatype: string) => ({ name, shape: [1], datatype, data: [1] })
  const body = new Uint8Array(Buffer.from(JSON.stringify({ inputs: [data('a', 'INT64'), data('b', 'FP64')] })))
  const ask = async (headers: Record<string, string>) =>
    (await fetch(`${url}/v2/models/sums/infer`, { method: 'POST', headers, body })).status
  assert.equal(await ask({}), 200)
  assert.equal(await ask({ origin: 'http://elsewhere.example' }), 415)
  assert.equal(await ask({ 'content-type': 'text/plain' }), 415)
})
