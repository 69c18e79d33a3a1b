import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Frame, InputProblem, type ModelFiles, type Prediction, type RemoteBackend } from '../../backend.ts'
import { Refused } from '../../refused.ts'
import type { ColumnType, Inputs } from '../../signature/signature.ts'
import { refuse } from '../estimator.ts'
import { type Described, Engine, type EngineLimits } from './engine.ts'
import { TYPES } from './frames.ts'
import { type Graph, type Port, readGraph } from './graph.ts'
import { COLUMN_TYPES, predictionOf, shapeFor, tensorsOf } from './tensors.ts'

/** The package that computes, and the version that is tested. */
export const ONNX_RUNTIME = 'onnxruntime-node@1.30.0'

/**
 * The backend of a model of ONNX: read and checked here, computed by ONNX Runtime in a process of its own, which gets bytes and no path.
 * @throws Refused, Unreadable
 */
export async function onnxBackend(files: ModelFiles, path: string, limits?: EngineLimits): Promise<RemoteBackend> {
  const graph = readGraph(files, path)
  const engine = new Engine({ library: libraryPath(), model: graph.model, data: graph.data }, limits)
  try {
    checkSame(await engine.start(), graph)
  } catch (error) {
    await engine.close()
    if (error instanceof Refused) throw error
    refuse(`ONNX Runtime does not take the model: ${(error as Error).message}`)
  }
  const { inputs, outputs, maps } = graph
  return {
    kind: `ONNX (${inputs.map(told).join(', ')} → ${outputs.map(told).join(', ')})`,
    inputs: inputs.length > 1 ? inputs.length : undefined,
    outputs: outputs.map(({ name, type, shape }, at) => ({
      name: maps.get(at)?.name ?? name,
      type: COLUMN_TYPES[type] as ColumnType,
      shape: (shape ?? [undefined, undefined]).map((size) => size ?? -1),
    })),
    checkInputs: (signature) => checkInputs(signature, inputs),
    predict: async (frame: Frame): Promise<Prediction> => predictionOf(await engine.run(tensorsOf(frame, inputs)), graph, frame.rows),
    close: () => engine.close(),
  }
}

const told = ({ name, type, shape }: Port): string =>
  `${name} ${TYPES[type]}${shape ? `[${shape.map((size) => size ?? '?').join(', ')}]` : ''}`

/** Where ONNX Runtime is: in the folder that a variable names, or among the packages that this one can see. @throws Refused */
function libraryPath(): string {
  const folder = process.env.MILLRACE_ONNXRUNTIME
  try {
    return createRequire(folder ? join(folder, 'package.json') : import.meta.url).resolve('onnxruntime-node')
  } catch (cause) {
    const where = folder
      ? `in ${folder}, which MILLRACE_ONNXRUNTIME names`
      : 'beside Millrace or in a folder that MILLRACE_ONNXRUNTIME names'
    const install = `ONNXRUNTIME_NODE_INSTALL=skip npm install ${ONNX_RUNTIME}`
    throw new Refused('read', `Models of ONNX are computed by ONNX Runtime, which is not installed: ${install}, ${where}.`, { cause })
  }
}

/** Two readers that do not see the same in a file are how one of them is fooled. */
function checkSame(described: Described, { inputs, outputs }: Graph): void {
  for (const [ours, theirs] of [
    [inputs, described.inputs],
    [outputs, described.outputs],
  ] as const) {
    const is_same =
      ours.length === theirs.length && ours.every(({ name, type }, at) => theirs[at]?.name === name && theirs[at]?.type === TYPES[type])
    if (!is_same) refuse(`the graph takes and gives ${ours.map(told).join(', ')} by its file, and ONNX Runtime reads otherwise`)
  }
}

/** Whether what the signature says goes into what the graph takes. @throws Refused */
function checkInputs(signature: Inputs | undefined, inputs: readonly Port[]): void {
  if (signature === undefined) return
  const fail = (sentence: string): never => {
    throw new Refused('describe', `The signature does not fit the graph: ${sentence}. Log the model again with infer_signature.`)
  }
  if (inputs.length > 1) {
    if (signature.kind === 'matrix') fail(`it has one tensor, and the graph takes ${inputs.map(({ name }) => name).join(', ')}`)
    const columns = signature.kind === 'columns' ? signature.columns : []
    for (const port of inputs) {
      const column = columns.find(({ name }) => name === port.name) ?? fail(`it has no input '${port.name}'`)
      checkType(column.type, port, fail)
      checkWidth(port, 1, fail)
    }
    return
  }
  const [port] = inputs as [Port]
  if (signature.kind === 'matrix') {
    checkType(signature.type, port, fail)
    if (signature.width !== undefined) checkWidth(port, signature.width, fail)
  } else {
    for (const { type } of signature.columns) checkType(type, port, fail)
    checkWidth(port, signature.columns.length, fail)
  }
}

function checkType(type: ColumnType, { name, type: taken }: Port, fail: (sentence: string) => never): void {
  const is_text = type === 'string' || type === 'binary' || type === 'datetime'
  if (is_text !== (COLUMN_TYPES[taken] === 'string')) fail(`it says ${type}, and '${name}' takes ${TYPES[taken]}`)
}

function checkWidth(port: Port, width: number, fail: (sentence: string) => never): void {
  try {
    shapeFor(port, port.shape?.[0] ?? 1, width)
  } catch (error) {
    if (!(error instanceof InputProblem)) throw error
    fail(error.message)
  }
}
