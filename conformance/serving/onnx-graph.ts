import { memorySource } from '@millrace/formats'
import type { ModelFiles } from '../../packages/runtime/src/backend.ts'
import { field, numberField as number } from '../../tools/corpus/protobuf.ts'

const join = Buffer.concat

/** The files of a model that is in memory. */
export const filesOf = (files: Readonly<Record<string, Buffer>>): ModelFiles => ({
  paths: Object.keys(files),
  open: (path) => memorySource(files[path] as Buffer),
  flavors: new Map(),
})

/** A value of a graph: its name, the number of its type, and its sizes; a text is one that may vary. */
export const value = (name: string, type: number, ...shape: readonly (number | string)[]): Buffer =>
  join([
    field(1, name),
    field(
      2,
      field(
        1,
        join([number(1, type), field(2, join(shape.map((size) => field(1, typeof size === 'number' ? number(1, size) : field(2, size)))))]),
      ),
    ),
  ])

/** A value that is a list of maps from classes to shares. */
export const mapValue = (name: string): Buffer => join([field(1, name), field(2, field(4, field(1, field(5, number(1, 7)))))])

/** An operator, with what else is in its message. */
export const node = (operator: string, inputs: readonly string[], outputs: readonly string[], ...more: readonly Buffer[]): Buffer =>
  join([...inputs.map((name) => field(1, name)), ...outputs.map((name) => field(2, name)), field(4, operator), ...more])

export const inDomain = (domain: string): Buffer => field(7, domain)
export const graphAttribute = (name: string, graph: Buffer): Buffer => field(5, join([field(1, name), field(6, graph), number(20, 5)]))
export const integers = (name: string, values: readonly number[]): Buffer =>
  field(5, join([field(1, name), ...values.map((one) => number(8, one)), number(20, 7)]))

export const integer = (name: string, value: number): Buffer => field(5, join([field(1, name), number(3, value), number(20, 2)]))

/** A tensor of float32 with its data in it. */
export const tensor = (name: string, shape: readonly number[], values: readonly number[]): Buffer =>
  join([...shape.map((size) => number(1, size)), number(2, 1), field(8, name), field(9, Buffer.from(Float32Array.from(values).buffer))])

/** A tensor of another type, whose data are these bytes. */
export const rawTensor = (name: string, type: number, shape: readonly number[], bytes: Buffer): Buffer =>
  join([...shape.map((size) => number(1, size)), number(2, type), field(8, name), field(9, bytes)])

/** A tensor of float32 whose data are said to lie in a file. */
export const externalTensor = (name: string, shape: readonly number[], told: Readonly<Record<string, string>>): Buffer =>
  join([
    ...shape.map((size) => number(1, size)),
    number(2, 1),
    field(8, name),
    ...Object.entries(told).map(([key, text]) => field(13, join([field(1, key), field(2, text)]))),
    number(14, 1),
  ])

export type GraphParts = {
  readonly nodes: readonly Buffer[]
  readonly inputs: readonly Buffer[]
  readonly outputs: readonly Buffer[]
  readonly tensors?: readonly Buffer[]
}

export const graph = ({ nodes, inputs, outputs, tensors = [] }: GraphParts): Buffer =>
  join([
    ...nodes.map((one) => field(1, one)),
    field(2, 'graph'),
    ...tensors.map((one) => field(5, one)),
    ...inputs.map((one) => field(11, one)),
    ...outputs.map((one) => field(12, one)),
  ])

/** A model of a graph, of opset 17 unless said. */
export const model = (made: Buffer, opset = 17, ...more: readonly Buffer[]): Buffer =>
  join([number(1, 8), field(7, made), field(8, number(2, opset)), field(8, join([field(1, 'ai.onnx.ml'), number(2, 3)])), ...more])

/** Twice each of two numbers: what the cases change. */
export const doubled: GraphParts = {
  nodes: [node('Mul', ['x', 'two'], ['y'])],
  inputs: [value('x', 1, 'rows', 2)],
  outputs: [value('y', 1, 'rows', 2)],
  tensors: [tensor('two', [1], [2])],
}

/** MLmodel of a graph, as MLflow writes it. */
export const mlmodelOf = (inputs: string | undefined): string =>
  [
    'flavors:',
    '  onnx:',
    '    data: model.onnx',
    '    onnx_version: 1.23.2',
    '  python_function:',
    '    data: model.onnx',
    '    loader_module: mlflow.onnx',
    'mlflow_version: 3.17.2',
    ...(inputs === undefined ? [] : ['signature:', `  inputs: '${inputs}'`]),
    '',
  ].join('\n')
