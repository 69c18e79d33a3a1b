import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { columnsOf, served, serving } from '../testing/sums.ts'

const AB = columnsOf({ a: 'double', b: 'double' })

test('V2: health, metadata, and inference by columns and by a matrix', async (t) => {
  const { call } = await serving(t, [served(AB)])
  assert.deepEqual((await call('GET', '/v2')).body, {
    name: 'millrace',
    version: '9.9.9',
    extensions: ['binary_tensor_data', 'model_repository'],
  })
  assert.deepEqual((await call('GET', '/v2/health/ready')).body, { ready: true })
  assert.deepEqual((await call('GET', '/v2/models/sums/versions/1/ready')).body, { name: 'sums', ready: true })
  const { body: told } = await call('GET', '/v2/models/sums')
  assert.deepEqual(told.inputs, [
    { name: 'a', datatype: 'FP64', shape: [-1, 1] },
    { name: 'b', datatype: 'FP64', shape: [-1, 1] },
  ])
  const tensor = (name: string, shape: number[], data: unknown[]) => ({ name, shape, datatype: 'FP64', data })
  const expected = {
    model_name: 'sums',
    model_version: '1',
    id: 'x1',
    outputs: [{ name: 'predict', shape: [2, 1], datatype: 'FP64', parameters: { content_type: 'np' }, data: [3, 7] }],
  }
  const columns = [tensor('b', [2], [2, 4]), tensor('a', [2, 1], [1, 3])]
  assert.deepEqual((await call('POST', '/v2/models/sums/infer', { id: 'x1', inputs: columns })).body, expected)
  const matrix = [tensor('input-0', [2, 2], [1, 2, 3, 4])]
  assert.deepEqual((await call('POST', '/v2/models/sums/versions/1/infer', { id: 'x1', inputs: matrix })).body, expected)
  const { body: both } = await call('POST', '/v2/models/sums/infer', {
    inputs: [tensor('input-0', [1, 2], [[0, 0]])],
    outputs: [{ name: 'predict_proba' }, { name: 'predict' }],
  })
  assert.deepEqual(
    both.outputs.map(({ name, shape, data }: { name: string; shape: number[]; data: number[] }) => [name, shape, data]),
    [
      ['predict_proba', [1, 2], [0.5, 0.5]],
      ['predict', [1, 1], [0]],
    ],
  )
})

test('V2: tensors that are not what they say are refused by name', async (t) => {
  const { call } = await serving(t, [served(AB)])
  const cases: [inputs: unknown, message: RegExp][] = [
    [[], /a tensor at least/],
    [[{ name: 'a', shape: [3], datatype: 'FP64', data: [1] }], /'a': shape \[3\] is not that of 1 values/],
    [[{ name: 'a', shape: [1, 1, 1], datatype: 'FP64', data: [1] }], /must be \[rows\]/],
    [[{ name: 'a', shape: [-1], datatype: 'FP64', data: [1] }], /must be \[rows\]/],
    [[{ name: 'a', shape: [1], datatype: 'PICKLE', data: [1] }], /the datatype "PICKLE" is none of/],
    [
      [
        { name: 'a', shape: [1], datatype: 'FP64', data: ['x'] },
        { name: 'b', shape: [1], datatype: 'FP64', data: [1] },
      ],
      /got the string "x"/,
    ],
  ]
  for (const [inputs, message] of cases) {
    const answer = await call('POST', '/v2/models/sums/infer', { inputs })
    assert.equal(answer.status, 400)
    assert.match(answer.body.error, message)
  }
})

test('KServe’s first protocol and Seldon’s answer as their clients expect', async (t) => {
  const { call } = await serving(t, [served(AB)])
  assert.deepEqual((await call('GET', '/v1/models')).body, { models: ['sums'] })
  assert.deepEqual((await call('GET', '/v1/models/sums')).body, { name: 'sums', ready: true })
  assert.deepEqual((await call('POST', '/v1/models/sums:predict', { instances: [[1, 2]] })).body, { predictions: [3] })
  assert.equal((await call('POST', '/v1/models/sums:predict', { instances: [], inputs: [] })).status, 400)
  const seldon = (data: unknown) => call('POST', '/api/v1.0/predictions', { data, meta: { puid: 'p' } })
  const meta = { puid: 'p', requestPath: { sums: '1' } }
  assert.deepEqual((await seldon({ names: ['b', 'a'], ndarray: [[1, 2]] })).body, { data: { names: [], ndarray: [3] }, meta })
  assert.deepEqual((await seldon({ tensor: { shape: [2, 2], values: [1, 2, 3, 4] } })).body, {
    data: { names: [], tensor: { shape: [2], values: [3, 7] } },
    meta,
  })
  assert.equal((await seldon({ tensor: { shape: [2, 3], values: [1] } })).status, 400)
  const proba = served(AB, { name: 'chances', method: 'predict_proba' })
  const other = await serving(t, [proba])
  assert.deepEqual((await other.call('POST', '/api/v1.0/predictions', { data: { ndarray: [[0, 0]] } })).body.data, {
    names: ['0', '1'],
    ndarray: [[0.5, 0.5]],
  })
})

test('several models and versions are told apart, and a version takes the place of another between two requests', async (t) => {
  const first = served(AB)
  const { call, models } = await serving(t, [first, served(AB, { name: 'other', version: '7', method: 'predict_proba' })])
  const ask = (path: string) => call('POST', path, { instances: [[0, 0]] })
  assert.deepEqual((await ask('/invocations')).body, { predictions: [0] })
  assert.deepEqual((await ask('/models/other/invocations')).body, { predictions: [[0.5, 0.5]] })
  assert.deepEqual((await ask('/models/other/versions/7/invocations')).body, { predictions: [[0.5, 0.5]] })
  assert.equal((await ask('/models/other/versions/8/invocations')).status, 404)
  assert.equal((await ask('/models/nothing/invocations')).status, 404)
  models.put(served(AB, { version: '2', method: 'predict_proba' }), first)
  assert.deepEqual((await ask('/invocations')).body, { predictions: [[0.5, 0.5]] })
  assert.equal((await ask('/models/sums/versions/1/invocations')).status, 404)
  const { text } = await call('GET', '/metrics')
  assert.match(text, /millrace_requests_total\{model="sums",version="1",code="200"\} 1\n/)
  assert.match(text, /millrace_request_seconds_count\{model="sums",version="2"\} 1\n/)
})

test('a token is asked for, health excepted; without one, other names for this machine are refused', async (t) => {
  const { call } = await serving(t, [served(AB)], { token: 'secret' })
  const ask = (headers: Record<string, string>) => call('POST', '/invocations', { instances: [[1, 2]] }, undefined, headers)
  assert.equal((await ask({})).status, 401)
  assert.equal((await ask({ authorization: 'Bearer secre' })).status, 401)
  assert.equal((await ask({ authorization: 'Bearer secret' })).status, 200)
  assert.deepEqual([(await call('GET', '/ping')).status, (await call('GET', '/ping')).text], [200, '\n'])
  assert.equal((await call('GET', '/metrics')).status, 401)
  const open = await serving(t, [served(AB)])
  const status = (host: string) =>
    new Promise((resolve) => {
      request({ port: open.port, path: '/version', headers: { host } }, (answer) => resolve(answer.resume().statusCode)).end()
    })
  assert.equal(await status('evil.example'), 403)
  assert.equal(await status('localhost:1234'), 200)
  assert.equal(await status('127.0.0.1'), 200)
})

test('a failure of a model is told without its insides', async (t) => {
  const broken = served(AB)
  const backend = { ...broken.backend, predict: () => assert.fail('the inside of the model') }
  const { call, failures } = await serving(t, [served(AB, { backend })])
  const answer = await call('POST', '/invocations', { instances: [[1, 2]] })
  assert.equal(answer.status, 500)
  assert.doesNotMatch(answer.text, /inside/)
  assert.equal(failures.length, 1)
})
