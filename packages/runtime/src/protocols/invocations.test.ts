import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readSignature } from '../signature/signature.ts'
import { columnsOf, served, serving } from '../testing/sums.ts'

const AB = columnsOf({ a: 'long', b: 'double' })
const MATRIX = JSON.stringify([{ type: 'tensor', 'tensor-spec': { dtype: 'float64', shape: [-1, 2] } }])

test('/invocations takes rows in each of its forms', async (t) => {
  const { call } = await serving(t, [served(AB)])
  const forms: [what: string, body: unknown, type?: string][] = [
    [
      'split',
      {
        dataframe_split: {
          columns: ['a', 'b'],
          data: [
            [1, 2.5],
            [3, 4],
          ],
        },
      },
    ],
    [
      'split in another order, with a column more',
      {
        dataframe_split: {
          columns: ['x', 'b', 'a'],
          data: [
            ['?', 2.5, 1],
            ['?', 4, 3],
          ],
        },
      },
    ],
    [
      'records',
      {
        dataframe_records: [
          { a: 1, b: 2.5 },
          { b: 4, a: 3 },
        ],
      },
    ],
    [
      'instances of objects',
      {
        instances: [
          { a: 1, b: 2.5 },
          { a: 3, b: 4 },
        ],
      },
    ],
    [
      'instances of lists',
      {
        instances: [
          [1, 2.5],
          [3, 4],
        ],
      },
    ],
    ['inputs by column', { inputs: { a: [1, 3], b: [2.5, 4] }, params: { ignored: 1 } }],
    ['CSV', 'a,b\n1,2.5\n3,4', 'text/csv'],
    ['CSV with quotes and line ends of Windows', '"b",a\r\n"2.5",1\r\n4,"3"\r\n', 'text/csv; charset=UTF-8'],
  ]
  for (const [what, body, type] of forms) {
    const answer = await call('POST', '/invocations', body, type)
    assert.deepEqual([answer.status, answer.body], [200, { predictions: [3.5, 7] }], what)
  }
})

test('a tensor is taken as nested lists, and its width is checked', async (t) => {
  const { call } = await serving(t, [served(MATRIX)])
  assert.deepEqual(
    (
      await call('POST', '/invocations', {
        inputs: [
          [1, 2],
          [3, 4],
        ],
      })
    ).body,
    { predictions: [3, 7] },
  )
  const wide = await call('POST', '/invocations', { inputs: [[1, 2, 3]] })
  assert.equal(wide.status, 400)
  assert.match(wide.body.message, /shape \[-1, 2\], and was given \[1, 3\]/)
})

test('errors say column, row, expected and got', async (t) => {
  const { call } = await serving(t, [served(AB)])
  const cases: [body: unknown, message: RegExp][] = [
    [
      {
        dataframe_records: [
          { a: 1, b: 1 },
          { a: 1.5, b: 1 },
        ],
      },
      /Column 'a', row 1: expected an integer .*long.*, got the number 1\.5/,
    ],
    [{ dataframe_records: [{ a: 1, b: 'x' }] }, /Column 'b', row 0: expected a number \(double\), got the string "x"/],
    [{ dataframe_records: [{ a: true, b: 1 }] }, /Column 'a', row 0: .* got the boolean true/],
    [{ dataframe_records: [{ a: null, b: 1 }] }, /Column 'a', row 0: .* got nothing/],
    [{ dataframe_records: [{ a: 2 ** 60, b: 1 }] }, /within ±2\^53/],
    [{ dataframe_records: [{ a: [1], b: 1 }] }, /got a list/],
    [{ dataframe_records: [{ b: 1, c: 1 }] }, /Model is missing inputs \['a'\]/],
    [{ dataframe_split: { columns: ['a', 'b'], data: [[1, 2], [3]] } }, /row 1 has 1 values, and 2 are expected/],
    [{ dataframe_split: { columns: ['a', 'a'], data: [[1, 2]] } }, /'a' is there twice/],
    [{ inputs: { a: [1, 2], b: [1] } }, /'b' has 1 values, and 'a' has 2/],
    [{ instances: [[1, 2, 3]] }, /takes 2 columns, and was given 3/],
    [{ instances: [[1, 2]], inputs: [[1, 2]] }, /exactly one of the input fields/],
    [{ rows: [] }, /exactly one of the input fields.*Received dictionary/],
    [[1], /Received a list/],
    ['{"inputs": ', /valid JSON/],
    [{ inputs: { a: [1], b: [2] }, params: 3 }, /params must be an object/],
    [{ dataframe_split: [[1, 2]] }, /^Dataframe split format must be a dictionary\. Got list/],
    [{ dataframe_records: { a: 1 } }, /^Dataframe records format must be a list of records\. Got dictionary\./],
    [
      {
        dataframe_split: {
          index: [0],
          columns: ['a', 'b'],
          data: [
            [1, 2],
            [3, 4],
          ],
        },
      },
      /is not a valid dataframe representation: "index" .* 2 rows/,
    ],
  ]
  for (const [body, message] of cases) {
    const answer = await call('POST', '/invocations', body)
    assert.equal(answer.status, 400, JSON.stringify(body))
    assert.equal(answer.body.error_code, 'BAD_REQUEST')
    assert.match(answer.body.message, message)
  }
})

test('missing values are NaN where numbers may be missing, and Python’s NaN is read', async (t) => {
  const { call } = await serving(t, [served(columnsOf({ a: 'double', b: 'double?' }))])
  assert.deepEqual((await call('POST', '/invocations', { inputs: { a: [1], b: [2] } })).body, { predictions: [3] })
  for (const body of ['{"inputs": {"a": [NaN], "b": [2]}}', { inputs: { a: [1] } }, { dataframe_records: [{ a: null, b: 1 }] }]) {
    assert.deepEqual((await call('POST', '/invocations', body)).body, { predictions: [null] })
  }
})

test('RC-17 pickles, forms and other content are refused before anything is read of them', async (t) => {
  const { call } = await serving(t, [served(AB)])
  for (const type of ['application/octet-stream', 'application/x-pickle', 'text/plain', 'multipart/form-data; boundary=x']) {
    assert.equal((await call('POST', '/invocations', '{"inputs": {"a": [1], "b": [1]}}', type)).status, 415, type)
    assert.equal((await call('POST', '/v2/models/sums/infer', '{}', type)).status, 415, type)
  }
  assert.equal((await call('POST', '/invocations', 'a,b\n1,2', 'text/csv; charset=latin-1')).status, 415)
})

test('DO-15 DO-14 large bodies, many rows and deep nesting are refused, and the process lives', async (t) => {
  const { call, failures } = await serving(t, [served(AB)], { limits: { body_max_bytes: 1024 * 1024, rows_max: 10 } })
  assert.equal((await call('POST', '/invocations', `{"inputs": [${' '.repeat(2 * 1024 * 1024)}]}`)).status, 413)
  assert.equal((await call('POST', '/invocations', { instances: Array.from({ length: 11 }, () => [1, 2]) })).status, 413)
  // Each names a column of its own: as many values as their number squared.
  const own = Array.from({ length: 5000 }, (_, row) => ({ [`c${row}`]: 1 }))
  assert.equal((await call('POST', '/invocations', { dataframe_records: own })).status, 413)
  assert.equal((await call('POST', '/invocations', '['.repeat(200_000))).status, 400)
  assert.equal((await call('POST', '/invocations', `{"inputs": ${'['.repeat(1000)}${']'.repeat(1000)}}`)).status, 400)
  const huge = { inputs: [{ name: 'a', shape: [2 ** 40, 0], datatype: 'FP64', data: [] }] }
  assert.equal((await call('POST', '/v2/models/sums/infer', huge)).status, 413)
  assert.equal((await call('POST', '/invocations', { instances: [[1, 2]] })).status, 200)
  assert.deepEqual(failures, [])
})

test('parameters are held to what the signature declares; others are ignored', async (t) => {
  const params = [
    { name: 'since', type: 'datetime', default: '2023-07-01T00:00:00', shape: null },
    { name: 'depths', type: 'long', default: [1], shape: [-1] },
    { name: 'rate', type: 'double', default: 0.5, shape: null },
  ]
  const { call } = await serving(t, [served(AB, { signature: readSignature(AB, undefined, JSON.stringify(params)) })])
  const ask = (params: unknown) => call('POST', '/invocations', { inputs: { a: [1], b: [2] }, params })
  for (const fine of [null, {}, { since: '2024-01-01', depths: [1, 2], rate: 1, other: 'x' }, { since: null }]) {
    assert.deepEqual((await ask(fine)).body, { predictions: [3] }, JSON.stringify(fine))
  }
  const wrong: [params: unknown, message: RegExp][] = [
    [{ since: 'soon' }, /'since': Failed to convert value `soon` from type `<class 'str'>` to `DataType.datetime`/],
    [{ depths: 3 }, /'depths' takes a list, and was given int/],
    [{ depths: [1, 2.5] }, /'depths': .*`2\.5` from type `<class 'float'>` to `DataType.long`/],
    [{ rate: true, since: 5 }, /'since': .*; 'rate': .*<class 'bool'>/],
  ]
  for (const [params, message] of wrong) {
    const answer = await ask(params)
    assert.equal(answer.status, 400)
    assert.match(answer.body.message, message)
  }
  assert.throws(() => readSignature(AB, undefined, '[{"name": "iteration_range", "type": "long"}]'), {
    name: 'Refused',
    message: /changes what XGBoost/,
  })
})

test('/version is that of the protocol, which the root pins', async (t) => {
  const { url } = await serving(t, [served(AB)])
  const pinned = readFileSync(new URL('../../../../MLFLOW_VERSION', import.meta.url), 'utf8').trim()
  assert.equal(await (await fetch(`${url}/version`)).text(), pinned)
})
