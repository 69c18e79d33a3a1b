import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { type Frame, isRemote, type RemoteBackend } from '../../packages/runtime/src/backend.ts'
import { ENGINE_LIMITS } from '../../packages/runtime/src/backends/onnx/engine.ts'
import { onnxBackend } from '../../packages/runtime/src/backends/onnx/model.ts'
import { loadModel } from '../../packages/runtime/src/loading/load.ts'
import { folderOf } from '../../packages/runtime/src/testing/models.ts'
import { serving } from '../../packages/runtime/src/testing/sums.ts'
import { useOnnxRuntime } from '../onnxruntime.ts'
import {
  doubled,
  externalTensor,
  filesOf,
  graph,
  graphAttribute,
  inDomain,
  integer,
  integers,
  mapValue,
  mlmodelOf,
  model,
  node,
  rawTensor,
  tensor,
  value,
} from './onnx-graph.ts'

type Test = { after(work: () => void | Promise<void>): void }

async function backendOf(
  t: Test,
  bytes: Buffer,
  limits = ENGINE_LIMITS,
  beside: Readonly<Record<string, Buffer>> = {},
): Promise<RemoteBackend> {
  const backend = await onnxBackend(filesOf({ 'model.onnx': bytes, ...beside }), 'model.onnx', limits)
  t.after(() => backend.close())
  return backend
}

const matrix = (...rows: readonly (readonly number[])[]): Frame => ({
  rows: rows.length,
  columns: undefined,
  data: (rows[0] ?? []).map((_, at) => Float64Array.from(rows, (row) => row[at] as number)),
})

/** A graph that goes round for ever where its input is above zero. */
const endless = (): Buffer => {
  const body = graph({
    nodes: [node('Identity', ['on'], ['on_out']), node('Identity', ['kept'], ['kept_out'])],
    inputs: [value('round', 7), value('on', 9), value('kept', 1, 'rows', 2)],
    outputs: [value('on_out', 9), value('kept_out', 1, 'rows', 2)],
  })
  const nodes = [
    node('ReduceMax', ['x'], ['most'], integers('axes', [0, 1]), integer('keepdims', 0)),
    node('Greater', ['most', 'nothing'], ['above']),
    node('Squeeze', ['above'], ['goes_on']),
    node('Loop', ['', 'goes_on', 'x'], ['y'], graphAttribute('body', body)),
  ]
  return model(graph({ ...doubled, nodes, tensors: [tensor('nothing', [], [0])] }))
}

/** Gives as many numbers as its input says, if there is so much memory. */
const greedy = (): Buffer =>
  model(
    graph({
      nodes: [
        node('Cast', ['x'], ['sizes'], integer('to', 7)),
        node('Reshape', ['sizes', 'flat'], ['one']),
        node('ConstantOfShape', ['one'], ['all']),
        node('ReduceSum', ['all'], ['sum'], integer('keepdims', 0)),
        node('Mul', ['x', 'sum'], ['y']),
      ],
      inputs: [value('x', 1, 'rows', 2)],
      outputs: [value('y', 1, 'rows', 2)],
      tensors: [rawTensor('flat', 7, [1], Buffer.from(BigInt64Array.of(-1n).buffer))],
    }),
  )

describe('models of ONNX', () => {
  useOnnxRuntime()

  test('a table gets records, a tensor lists by name, V2 each output under its name', async (t) => {
    const [a, b] = ['a', 'b'].map((name) => ({ type: 'double', name }))
    const table = await loadModel(folderOf(t, { MLmodel: mlmodelOf(JSON.stringify([a, b])), 'model.onnx': model(graph(doubled)) }), {
      client: undefined,
      name: 'table',
    })
    const tensors = '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'
    const rows = await loadModel(folderOf(t, { MLmodel: mlmodelOf(tensors), 'model.onnx': model(graph(doubled)) }), {
      client: undefined,
      name: 'rows',
    })
    for (const { backend } of [table, rows]) t.after(() => (isRemote(backend) ? backend.close() : undefined))
    const { call } = await serving(t, [table, rows])
    const split = {
      dataframe_split: {
        columns: ['b', 'a'],
        data: [
          [1, 2],
          [3, 4],
        ],
      },
    }
    assert.deepEqual((await call('POST', '/models/table/invocations', split)).body, {
      predictions: [{ y: 4 }, { y: 2 }, { y: 8 }, { y: 6 }],
    })
    assert.deepEqual(
      (
        await call('POST', '/models/rows/invocations', {
          inputs: [
            [1, 2],
            [3, 4],
          ],
        })
      ).body,
      {
        predictions: {
          y: [
            [2, 4],
            [6, 8],
          ],
        },
      },
    )
    const asked = { inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', data: [1, 2] }], outputs: [{ name: 'y' }] }
    const { body } = await call('POST', '/v2/models/rows/infer', asked)
    assert.deepEqual(
      body.outputs.map(({ name, shape, datatype, data }: Record<string, unknown>) => [name, shape, datatype, data]),
      [['y', [1, 2], 'FP32', [2, 4]]],
    )
    const about = await call('GET', '/v2/models/rows')
    assert.deepEqual(about.body.outputs, [{ name: 'y', datatype: 'FP32', shape: [-1, 2] }])
    assert.equal((await call('POST', '/v2/models/rows/infer', { ...asked, outputs: [{ name: 'z' }] })).status, 400)
    const many = await Promise.all(Array.from({ length: 200 }, (_, at) => call('POST', '/models/rows/invocations', { inputs: [[at, 1]] })))
    assert.deepEqual(
      many.map(({ body: answer }) => answer.predictions.y[0][0]),
      Array.from({ length: 200 }, (_, at) => at * 2),
    )
  })

  test('a tensor in a file beside the model is read from there, and a clean scan stays clean', async (t) => {
    const parts = { ...doubled, tensors: [externalTensor('two', [1], { location: 'weights.data', offset: '4', length: '4' })] }
    const weights = Buffer.from(Float32Array.of(7, 3).buffer)
    const loaded = await loadModel(
      folderOf(t, { MLmodel: mlmodelOf(undefined), 'model.onnx': model(graph(parts)), 'weights.data': weights }),
      { client: undefined },
    )
    const { backend } = loaded
    assert.deepEqual([...(await backend.predict(matrix([1, 2]))).values], [3, 6])
    if (isRemote(backend)) await backend.close()
  })

  test('shares of classes in maps are given by class', async (t) => {
    const bytes = model(
      graph({
        nodes: [
          node('Mul', ['x', 'two'], ['shares']),
          node('ZipMap', ['shares'], ['maps'], inDomain('ai.onnx.ml'), integers('classlabels_int64s', [3, 5])),
        ],
        inputs: doubled.inputs,
        outputs: [mapValue('maps')],
        tensors: doubled.tensors ?? [],
      }),
    )
    const [only] = (await (await backendOf(t, bytes)).predict(matrix([1, 2]))).outputs ?? []
    assert.deepEqual([only?.name, only?.keys, [...(only?.values ?? [])]], ['maps', [3, 5], [2, 4]])
  })

  test('a model that never ends, or wants all memory, fails those who asked it, and answers the next', { timeout: 120_000 }, async (t) => {
    const slow = await backendOf(t, endless(), { ...ENGINE_LIMITS, run_max_ms: 1_500 })
    assert.deepEqual([...(await slow.predict(matrix([-1, -2]))).values], [-1, -2])
    await assert.rejects(slow.predict(matrix([1, 2])), /did not answer within 1\.5 seconds/)
    await assert.rejects(slow.predict(matrix([-1, 2])), /is started again soon/)
    await new Promise((done) => setTimeout(done, 1_100))
    // What is asked while it starts again is answered too.
    const together = await Promise.all([-1, -2, -3].map((number) => slow.predict(matrix([number, -2]))))
    assert.deepEqual(
      together.map(({ values }) => [...values]),
      [
        [-1, -2],
        [-2, -2],
        [-3, -2],
      ],
    )
    const large = await backendOf(t, greedy(), { ...ENGINE_LIMITS, memory_max_bytes: 2 ** 30 })
    assert.deepEqual([...(await large.predict(matrix([2, 3]))).values], [0, 0])
    await assert.rejects(large.predict(matrix([1e5, 1e6])), /ONNX Runtime/)
  })

  test('without ONNX Runtime the refusal says what to install', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'millrace-no-onnx-'))
    const before = process.env.MILLRACE_ONNXRUNTIME
    process.env.MILLRACE_ONNXRUNTIME = empty
    try {
      await assert.rejects(onnxBackend(filesOf({ 'model.onnx': model(graph(doubled)) }), 'model.onnx'), /npm install onnxruntime-node@/)
    } finally {
      process.env.MILLRACE_ONNXRUNTIME = before
      rmSync(empty, { recursive: true })
    }
  })

  test('a signature that does not fit the graph is refused', async (t) => {
    for (const [inputs, why] of [
      ['[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 3]}}]', /takes \[any, 2\] as 'x', and was given rows of 3/],
      ['[{"type": "string", "name": "a"}, {"type": "string", "name": "b"}]', /it says string, and 'x' takes float32/],
      ['[{"type": "double", "name": "a"}]', /given rows of 1/],
    ] as const) {
      const folder = folderOf(t, { MLmodel: mlmodelOf(inputs), 'model.onnx': model(graph(doubled)) })
      await assert.rejects(loadModel(folder, { client: undefined }), why)
    }
  })
})
