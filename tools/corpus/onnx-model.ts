import { field, numberField } from './protobuf.ts'

const FLOAT32 = 1
const INT = 2

const value = (name: string, shape: readonly number[]): Buffer => {
  const dims = shape.map((size) => field(1, size === 0 ? field(2, 'batch') : numberField(1, size)))
  return Buffer.concat([field(1, name), field(2, field(1, Buffer.concat([numberField(1, FLOAT32), field(2, Buffer.concat(dims))])))])
}
const node = (op: string, inputs: readonly string[], outputs: readonly string[], ...attributes: readonly Buffer[]): Buffer =>
  Buffer.concat([
    ...inputs.map((one) => field(1, one)),
    ...outputs.map((one) => field(2, one)),
    field(3, `${op} of ${outputs[0]}`),
    field(4, op),
    ...attributes.map((one) => field(5, one)),
  ])
const weight = (name: string, shape: readonly number[], bytes: number): Buffer =>
  Buffer.concat([...shape.map((size) => numberField(1, size)), numberField(2, FLOAT32), field(8, name), field(9, Buffer.alloc(bytes))])

/**
 * A small classifier in ONNX, as an exporter writes it: two dense layers with a way around the second.
 * @param of.weight_bytes how many bytes the first layer's weights have
 * @param of.more further layers below
 * @param of.title the name of what goes in
 */
export function onnxModel(of: { weight_bytes?: number; more?: number; title?: string } = {}): Buffer<ArrayBuffer> {
  const { weight_bytes = 64, more = 0, title = 'features' } = of
  const axis = Buffer.concat([field(1, 'axis'), numberField(3, 1), numberField(20, INT)])
  const layers = Array.from({ length: more }, (_, at) => node('Relu', [at === 0 ? 'sum' : `more_${at - 1}`], [`more_${at}`]))
  const graph = Buffer.concat(
    [
      node('MatMul', [title, 'w1'], ['hidden']),
      node('Relu', ['hidden'], ['active']),
      node('Gemm', ['active', 'w2', 'b2'], ['turned']),
      node('Add', ['turned', 'active'], ['sum']),
      ...layers,
      node('Softmax', [more > 0 ? `more_${more - 1}` : 'sum'], ['probabilities'], axis),
      field(2, 'classifier'),
    ].map((one, at, all) => (at === all.length - 1 ? one : field(1, one))),
  )
  const rest = [
    field(5, weight('w1', [4, 4], weight_bytes)),
    field(5, weight('w2', [4, 4], 64)),
    field(5, weight('b2', [4], 16)),
    field(11, value(title, [0, 4])),
    field(12, value('probabilities', [0, 4])),
  ]
  const opset = Buffer.concat([field(1, ''), numberField(2, 21)])
  return Buffer.concat([numberField(1, 9), field(2, 'an exporter'), field(7, Buffer.concat([graph, ...rest])), field(8, opset)])
}
