import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onnxModel } from '../../../../../tools/corpus/onnx-model.ts'
import { field, numberField } from '../../../../../tools/corpus/protobuf.ts'
import { layered } from './layers.ts'
import { NotShown, Pieces } from './pieces.ts'
import { readGraph } from './read-graph.ts'

const MIB = 2 ** 20

function pieces(bytes: Uint8Array): { pieces: Pieces; fetched: () => number } {
  let fetched = 0
  const fetch = async (start: number, end: number): Promise<Uint8Array> => {
    fetched += end - start
    return bytes.subarray(start, end)
  }
  return { pieces: new Pieces(bytes.length, fetch), fetched: () => fetched }
}
const read = (bytes: Uint8Array) => readGraph(pieces(bytes).pieces)

test('operators, their settings, and what goes between them', async () => {
  const graph = await read(onnxModel())
  assert.deepEqual(
    graph.nodes.map(({ op }) => op),
    ['MatMul', 'Relu', 'Gemm', 'Add', 'Softmax'],
  )
  assert.deepEqual(graph.nodes.at(-1)?.settings, ['axis = 1'])
  assert.deepEqual(graph.inputs, [{ name: 'features', type: 'float32 batch×4' }])
  assert.deepEqual(graph.outputs, [{ name: 'probabilities', type: 'float32 batch×4' }])
  assert.equal(graph.weights.get('w1'), 'float32 4×4')
  assert.deepEqual(graph.opsets, ['ai.onnx 21'])
})

test('settings below 0 are what they are, and of many numbers the first are told', async () => {
  const minus_one = Buffer.from([...Array(9).fill(0xff), 1])
  const unpacked = (...values: number[]) => Buffer.concat(values.map((value) => numberField(8, value)))
  const setting = (name: string, content: Buffer) => field(5, Buffer.concat([field(1, name), content]))
  const node = Buffer.concat([
    field(4, 'ReduceMean'),
    setting('axis', Buffer.concat([Buffer.from([3 << 3]), minus_one])),
    setting('axes', Buffer.concat([unpacked(1), Buffer.from([8 << 3]), minus_one])),
    setting('packed', field(8, Buffer.concat([minus_one, Buffer.from([2])]))),
    setting('many', unpacked(1, 2, 3, 4, 5, 6, 7, 8, 9)),
    setting('long', field(8, Buffer.alloc(500_000, 1))),
  ])
  const { nodes } = await read(field(7, field(1, node)))
  const expected = [
    'axis = -1',
    'axes = [1, -1]',
    'packed = [-1, 2]',
    'many = [1, 2, 3, 4, 5, 6, 7, 8, …]',
    'long = [1, 1, 1, 1, 1, 1, 1, 1, …]',
  ]
  assert.deepEqual(nodes[0]?.settings, expected)
})

test('weights are passed over and not fetched', async () => {
  const { pieces: file, fetched } = pieces(onnxModel({ weight_bytes: 8 * MIB }))
  const graph = await readGraph(file)
  assert.equal(graph.nodes.length, 5)
  assert.equal(graph.weights.size, 3)
  assert.ok(fetched() < 3 * MIB, `${fetched()} bytes were fetched`)
})

test('more operators than are shown are said to be more', async () => {
  const graph = await read(onnxModel({ more: 5_001 }))
  assert.equal(graph.nodes.length, 5_000)
  assert.equal(graph.more, true)
})

test('what is no model, or cut off, is told in a sentence', async () => {
  const whole = onnxModel()
  for (const bytes of [Buffer.alloc(0), Buffer.from('hello, world'), whole.subarray(0, 60), Buffer.alloc(40, 0xff), field(7, '')])
    await assert.rejects(read(bytes), NotShown)
})

test('each box stands below those that it takes from, also where a file has a circle', async () => {
  const drawing = layered(await read(onnxModel()))
  for (const { from, to } of drawing.edges) assert.ok((drawing.boxes[from]?.layer ?? 0) < (drawing.boxes[to]?.layer ?? 0))
  assert.equal(drawing.layers, 7)
  const node = (takes: string, makes: string) => field(1, Buffer.concat([field(1, takes), field(2, makes), field(4, 'Add')]))
  const circle = layered(await read(field(7, Buffer.concat([node('b', 'a'), node('a', 'b')]))))
  assert.deepEqual(circle.edges, [{ from: 0, to: 1, name: 'a' }])
})
