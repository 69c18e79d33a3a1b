import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type Authority, localOwner } from '../../http/access.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { type Answer, TestServer } from '../../testing/server.ts'
import { fromProtobuf } from './from-protobuf.ts'

/** Protobuf by hand: what the reader reads is written here without it. */
const varint = (value: bigint): Buffer => {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...bytes, Number(rest)])
    bytes.push(Number(rest & 0x7fn) | 0x80)
  }
}
const piece = (field: number, bytes: Buffer | string): Buffer => {
  const content = Buffer.from(bytes)
  return Buffer.concat([varint(BigInt(field * 8 + 2)), varint(BigInt(content.length)), content])
}
const fixed64 = (field: number, value: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return Buffer.concat([varint(BigInt(field * 8 + 1)), bytes])
}
const number = (field: number, value: bigint): Buffer => Buffer.concat([varint(BigInt(field * 8)), varint(value)])
const attribute = (field: number, key: string, value: Buffer): Buffer => piece(field, Buffer.concat([piece(1, key), piece(2, value)]))
const text = (value: string): Buffer => piece(1, value)

type Made = {
  trace?: string
  id?: string
  parent?: string
  name?: string
  attributes?: Buffer[]
  start?: bigint
  end?: bigint
  more?: Buffer[]
}
const span = ({ trace = 'a', id = '1', parent, name = 'step', attributes = [], start = 5n, end = 9n, more = [] }: Made): Buffer =>
  Buffer.concat([
    piece(1, Buffer.from(trace.repeat(32), 'hex')),
    piece(2, Buffer.from(id.repeat(16), 'hex')),
    ...(parent ? [piece(4, Buffer.from(parent.repeat(16), 'hex'))] : []),
    piece(5, name),
    fixed64(7, 1_700_000_000_000_000_000n + start),
    fixed64(8, 1_700_000_000_000_000_000n + end),
    ...attributes,
    ...more,
  ])
const request = (...spans: Buffer[]): Buffer => {
  const resource = piece(1, attribute(1, 'service.name', text('shop')))
  return piece(1, Buffer.concat([resource, piece(2, Buffer.concat(spans.map((one) => piece(2, one))))]))
}

const bomb = gzipSync(Buffer.alloc(100 * 2 ** 20))

overEachDatabase('OTLP', (open) => {
  const start = async () => {
    const server = new TestServer(await open())
    const { experiment_id } = (await server.post('experiments/create', { name: 'x' })).body
    const send = (body: Buffer, headers: Record<string, string> = {}): Promise<Answer> =>
      server.call('POST', '/v1/traces', body, {
        'content-type': 'application/x-protobuf',
        'x-mlflow-experiment-id': experiment_id,
        ...headers,
      })
    const get = async (path: string) => (await server.call('GET', `/api/3.0/mlflow/traces/${path}`)).body
    return { server, experiment_id, send, get }
  }
  const TRACE = `tr-${'a'.repeat(32)}`

  test('spans make a trace, with exact times and numbers', async () => {
    const { server, send, get } = await start()
    const child = span({
      id: '2',
      parent: '1',
      start: 100n,
      end: 2_000_001n,
      attributes: [attribute(9, 'gen_ai.usage.input_tokens', number(3, 7n))],
    })
    const root = span({
      end: 5_000_003n,
      attributes: [
        attribute(9, 'input.value', text('Hello')),
        attribute(9, 'big', number(3, 9_007_199_254_740_993n)),
        attribute(9, 'float', fixed64(4, 0x4000000000000000n)),
        attribute(9, 'openinference.span.kind', text('LLM')),
        attribute(9, 'gen_ai.usage.input_tokens', number(3, 3n)),
      ],
      more: [piece(11, Buffer.concat([fixed64(1, 12n), piece(2, 'note')])), piece(15, Buffer.concat([piece(2, 'broke'), number(3, 2n)]))],
    })
    assert.equal((await send(request(child))).status, 200)
    assert.equal((await get(TRACE)).trace.trace_info.state, 'IN_PROGRESS')
    const second = await send(request(root))
    assert.deepEqual([second.status, second.text], [200, ''])
    const { trace_info, spans } = (await get(`get?trace_id=${TRACE}`)).trace
    assert.equal(trace_info.state, 'ERROR')
    assert.equal(trace_info.execution_duration, '0.005s')
    assert.equal(trace_info.request_preview, '"Hello"')
    assert.equal(trace_info.tags['service.name'], 'shop')
    assert.equal(trace_info.tags['mlflow.trace.spansLocation'], 'TRACKING_STORE')
    assert.equal(JSON.parse(trace_info.trace_metadata['mlflow.trace.tokenUsage']).input_tokens, 10)
    assert.equal(spans.length, 2)
    const values = new Map(spans[0].attributes.map((one: { key: string; value: unknown }) => [one.key, one.value]))
    assert.deepEqual(values.get('big'), { int_value: '9007199254740993' })
    assert.deepEqual(values.get('float'), { double_value: 2 })
    assert.deepEqual(values.get('mlflow.spanType'), { string_value: 'LLM' })
    assert.deepEqual(spans[0].status, { message: 'broke', code: 'STATUS_CODE_ERROR' })
    const file = await server.call('GET', `/ajax-api/2.0/mlflow/get-trace-artifact?request_id=${TRACE}`)
    assert.match(file.text, /"start_time_unix_nano":1700000000000000005,"end_time_unix_nano":1700000000005000003/)
    assert.equal(file.headers['content-disposition'], 'attachment; filename=traces.json')
  })

  test('JSON says the same as protobuf', async () => {
    const { server, send, experiment_id, get } = await start()
    const one = {
      traceId: 'a'.repeat(32),
      spanId: '1'.repeat(16),
      name: 'step',
      startTimeUnixNano: '1700000000000000005',
      endTimeUnixNano: '1700000000000000009',
      attributes: [
        { key: 'n', value: { intValue: '9007199254740993' } },
        { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { boolValue: true }] } } },
      ],
    }
    const body = { resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans: [one] }] }] }
    const sent = await server.call('POST', '/v1/traces', body, { 'x-mlflow-experiment-id': experiment_id })
    assert.deepEqual([sent.status, sent.text], [200, '{}'])
    const from_json = (await get(`get?trace_id=${TRACE}`)).trace.spans
    const list = piece(5, Buffer.concat([piece(1, text('a')), piece(1, number(2, 1n))]))
    await send(request(span({ attributes: [attribute(9, 'n', number(3, 9_007_199_254_740_993n)), attribute(9, 'list', list)] })))
    assert.deepEqual((await get(`get?trace_id=${TRACE}`)).trace.spans, from_json)
  })

  test('a name that looks like times changes none', async () => {
    const { send, get } = await start()
    const name = ',"start_time_unix_nano":1,"end_time_unix_nano":2,"events":[],'
    await send(request(span({ name })))
    const [one] = (await get(`get?trace_id=${TRACE}`)).trace.spans
    assert.equal(one.name, name)
    assert.equal(BigInt(Math.round(one.start_time_unix_nano / 1e9)), 1_700_000_000n)
  })

  test('searches look into spans', async () => {
    const { server, experiment_id, send } = await start()
    await send(
      request(span({ trace: 'a', name: 'plan', attributes: [attribute(9, 'tool', text('say "hi"')), attribute(9, 'n', number(3, 42n))] })),
    )
    await send(
      request(
        span({ trace: 'b', name: 'act', attributes: [attribute(9, 'tool', text('other')), attribute(9, 'mlflow.spanType', text('TOOL'))] }),
      ),
    )
    const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }]
    const found = async (filter: string): Promise<string> => {
      const { body } = await server.call('POST', '/api/3.0/mlflow/traces/search', { locations, filter })
      return body.traces
        .map(({ trace_id }: { trace_id: string }) => trace_id[3])
        .sort()
        .join('')
    }
    for (const [filter, expected] of [
      ["span.name = 'plan'", 'a'],
      ["span.type IN ('TOOL', 'LLM')", 'b'],
      ['span.content LIKE \'%"name":"plan"%\'', 'a'],
      ["trace.text ILIKE '%OTHER%'", 'b'],
      ['span.attributes.tool = \'say "hi"\'', 'a'],
      ["span.attributes.n = '42'", 'a'],
      ["span.attributes.tool LIKE 'oth%'", 'b'],
      ["span.attributes.tool != 'other'", 'a'],
      ["span.attributes.tool RLIKE '^o.her$'", 'b'],
      ["span.attributes.tool RLIKE 'the'", 'b'],
      ["span.attributes.tool RLIKE '^the'", ''],
      ["span.attributes.tool RLIKE 'say|other'", 'ab'],
      ["span.name RLIKE '^pl.n$'", 'a'],
      ["span.name = 'plan' AND span.attributes.tool = 'other'", ''],
      ["tags.`service.name` = 'shop'", 'ab'],
    ] as const) {
      assert.equal(await found(filter), expected, filter)
    }
    for (const filter of ["span.content RLIKE 'x'", "span.attributes.tool RLIKE 'a)|(b'"]) {
      const { body } = await server.call('POST', '/api/3.0/mlflow/traces/search', { locations, filter })
      assert.equal(body.error_code, 'INVALID_PARAMETER_VALUE', filter)
    }
  })

  test('what is no OTLP is refused with a reason, and spans without ids are counted', async () => {
    const { send } = await start()
    const good = request(span({}))
    assert.equal((await send(good, { 'x-mlflow-experiment-id': '' })).status, 422)
    assert.equal((await send(Buffer.from('this is not valid protobuf'))).status, 400)
    assert.match((await send(Buffer.alloc(0))).text, /no spans found/)
    assert.match((await send(good, { 'content-type': 'application/json' })).text, /Invalid Content-Type/)
    assert.equal((await send(good, { 'content-type': 'text/plain' })).status, 400)
    assert.equal((await send(good, { 'content-encoding': 'br' })).status, 415)
    assert.equal((await send(good, { 'x-mlflow-experiment-id': '999' })).status, 404)
    assert.equal((await send(request(piece(5, 'no ids')))).status, 422)
    const partial = await send(request(span({}), piece(5, 'no ids')))
    assert.equal(partial.status, 200)
    assert.match(partial.text, /1 spans were not taken/)
  })

  const otherOf = async (server: TestServer): Promise<string> =>
    (await server.post('experiments/create', { name: 'other' })).body.experiment_id
  const account = (experiment_id: string): object => {
    const trace_location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }
    return { trace: { trace_info: { trace_id: TRACE, trace_location, request_time: '2024-01-01T00:00:00Z', state: 'OK' } } }
  }
  const namesOf = ({ spans }: { spans: { name: string }[] }): string[] => spans.map(({ name }) => name)

  test('spans of a trace may come by several experiments: where it is, the account of it decides', async () => {
    const { server, send, get } = await start()
    const other = await otherOf(server)
    await send(request(span({ name: 'child', id: '2', parent: '1' })))
    const root = await send(request(span({ name: 'root' })), { 'x-mlflow-experiment-id': other })
    assert.equal(root.text, '')
    const before = (await get(`get?trace_id=${TRACE}`)).trace
    assert.notEqual(before.trace_info.trace_location.mlflow_experiment.experiment_id, other)
    const said = await server.call('POST', '/api/3.0/mlflow/traces', account(other))
    assert.equal(said.status, 200, said.text)
    const { trace_info, ...trace } = (await get(`get?trace_id=${TRACE}`)).trace
    assert.equal(trace_info.trace_location.mlflow_experiment.experiment_id, other)
    assert.match(trace_info.tags['mlflow.artifactLocation'], new RegExp(`/${other}/traces/`))
    assert.deepEqual(namesOf(trace).sort(), ['child', 'root'])
  })

  test('where users sign in, a trace is neither moved nor added to by way of another experiment', async () => {
    const db = await open()
    const authority: Authority = {
      ...localOwner,
      identify: async (request) => ({ ...(await localOwner.identify(request)), user: 'bob' }),
    }
    const server = new TestServer(db, {}, { authority })
    const { experiment_id } = (await server.post('experiments/create', { name: 'x' })).body
    const other = await otherOf(server)
    const send = (name: string, to: string): Promise<Answer> => {
      const headers = { 'content-type': 'application/x-protobuf', 'x-mlflow-experiment-id': to }
      return server.call('POST', '/v1/traces', request(span({ name })), headers)
    }
    await send('first', experiment_id)
    assert.match((await send('second', other)).text, /not taken/)
    const said = await server.call('POST', '/api/3.0/mlflow/traces', account(other))
    assert.equal(said.status, 400)
    assert.match(said.body.message, /in another experiment already/)
    const { trace } = (await server.call('GET', `/api/3.0/mlflow/traces/get?trace_id=${TRACE}`)).body
    assert.equal(trace.trace_info.trace_location.mlflow_experiment.experiment_id, experiment_id)
    assert.deepEqual(namesOf(trace), ['first'])
  })

  test('a gzipped body is inflated, up to a limit (DO-04)', async () => {
    const { send } = await start()
    assert.equal((await send(gzipSync(request(span({}))), { 'content-encoding': 'gzip' })).status, 200)
    assert.equal((await send(Buffer.from('no gzip'), { 'content-encoding': 'gzip' })).status, 400)
    assert.equal((await send(bomb, { 'content-encoding': 'gzip' })).status, 413)
  })
})

test('DO-07: values nested without end are refused', () => {
  let value = text('x')
  for (let depth = 0; depth < 200; depth++) value = piece(5, piece(1, value))
  assert.throws(() => fromProtobuf(request(span({ attributes: [attribute(9, 'deep', value)] }))), /nested deeper/)
})

test('broken bytes of any kind are read or refused, and nothing else', () => {
  const whole = request(
    span({
      attributes: [attribute(9, 'a', text('b')), attribute(9, 'l', piece(6, attribute(1, 'k', number(3, 5n))))],
      more: [piece(13, piece(1, 'x'))],
    }),
  )
  let seed = 12_345
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return seed % below
  }
  let refused = 0
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(whole.subarray(0, random(2) === 0 ? whole.length : random(whole.length)))
    for (let change = random(4); change >= 0 && bytes.length > 0; change--) bytes[random(bytes.length)] = random(256)
    try {
      fromProtobuf(bytes)
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'BAD_REQUEST', String(error))
      refused++
    }
  }
  assert.ok(refused > 1_000)
})
