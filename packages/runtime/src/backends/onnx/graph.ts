import { type OnnxInterface, type OnnxValue, readOnnx, readOnnxInterface } from '@millrace/formats'
import type { ModelFiles } from '../../backend.ts'
import { refuse } from '../estimator.ts'
import { TYPES } from './frames.ts'
import { type ClassMap, withoutMaps } from './zip-maps.ts'

/** A tensor that a model takes or gives; a size that is undefined may be any. */
export type Port = { readonly name: string; readonly type: number; readonly shape: readonly (number | undefined)[] | undefined }

/** A model that was read and checked, as it is handed to ONNX Runtime. */
export type Graph = {
  readonly model: Buffer
  /** Files beside the model with the data of its tensors, by the name that it has for them. */
  readonly data: ReadonlyMap<string, Buffer>
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** Where shares of classes are given by class, by the place of the output. */
  readonly maps: ReadonlyMap<number, ClassMap>
}

const MODEL_MAX_BYTES = 2 * 1024 * 1024 * 1024 - 1
const DATA_MAX_BYTES = 4 * 1024 * 1024 * 1024 - 1024
/** Before these versions operators were other ones; what is newer than ONNX Runtime knows it refuses itself. */
const OPSET_MIN = 7
/** Operators that ONNX Runtime brings itself. */
const DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft'])
const DIMENSIONS_MAX = 8
const INPUTS_MAX = 255

/** Reads and checks a model by the readers that the scan has too. @throws Refused, Unreadable */
export function readGraph(files: ModelFiles, path: string): Graph {
  const source = files.open(path)
  if (source.size > MODEL_MAX_BYTES) refuse(`${path} is larger than 2 GiB: save it with its tensors in a file beside it`)
  const bytes = source.read(0, source.size)
  const described = readOnnxInterface(bytes)
  const { operators, external } = readOnnx(bytes)
  checkOperators(operators, described)
  const data = dataBeside(files, path, external)
  const { model, maps } = withoutMaps(bytes)
  const { inputs, outputs } = maps.size === 0 ? described : readOnnxInterface(model)
  if (inputs.length === 0 || outputs.length === 0) refuse('the graph takes or gives nothing')
  if (inputs.length > INPUTS_MAX || outputs.length > INPUTS_MAX) refuse(`the graph takes or gives more than ${INPUTS_MAX} tensors`)
  return { model, data, maps, inputs: inputs.map((one) => portOf(one, 'input')), outputs: outputs.map((one) => portOf(one, 'output')) }
}

function checkOperators(operators: ReadonlySet<string>, { opsets, functions }: OnnxInterface): void {
  const own = opsets.get('') ?? opsets.get('ai.onnx')
  if (own === undefined || !(own >= OPSET_MIN))
    refuse(`the graph is of opset ${own ?? 'none'}; from ${OPSET_MIN} on it is served: convert it with onnx.version_converter`)
  for (const operator of operators) {
    const domain = operator.slice(0, operator.indexOf(' '))
    if (functions.has(operator) || (domain === '' && functions.has(`ai.onnx ${operator.slice(1)}`))) continue
    if (!DOMAINS.has(domain))
      refuse(`the graph has the operator ${operator.slice(0, 120)}, which is none of ONNX's own: export it without custom operators`)
  }
}

/** Tensors whose data lie in other files: those must be among the model's own, and hold what is asked of them. */
function dataBeside(files: ModelFiles, path: string, external: ReturnType<typeof readOnnx>['external']): ReadonlyMap<string, Buffer> {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const found = new Map<string, Buffer>()
  let bytes = 0
  for (const { location, offset, length } of external) {
    if (
      location === '' ||
      location.startsWith('/') ||
      /[\\:\0]|(?:^|\/)\.\.?(?:\/|$)/.test(location) ||
      !files.paths.includes(folder + location)
    )
      refuse(`a tensor's data are in "${location.slice(0, 120)}", which is no file beside the model: save it again with its data`)
    const source = files.open(folder + location)
    if (!(Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0 && offset + length <= source.size))
      refuse(`a tensor's data are at ${offset} to ${offset + length} of "${location}", which has ${source.size} bytes`)
    if (found.has(location)) continue
    bytes += source.size
    if (bytes > DATA_MAX_BYTES) refuse('the tensors beside the model are larger than 4 GiB')
    found.set(location, source.read(0, source.size))
  }
  return found
}

function portOf({ name, kind, type, shape }: OnnxValue, what: string): Port {
  if (kind !== 'tensor') {
    const cure = kind === 'sequence' || kind === 'map' ? ': convert the model with zipmap off' : ''
    return refuse(`the ${what} ${name} is a ${kind === 'other' ? 'value of another kind' : kind}; tensors are served${cure}`)
  }
  if (!TYPES[type]) refuse(`the ${what} ${name} is of ONNX's type ${type}, which is not served: cast it to float or int64 in the graph`)
  if ((shape?.length ?? 0) > DIMENSIONS_MAX) refuse(`the ${what} ${name} has more than ${DIMENSIONS_MAX} dimensions`)
  return { name, type, shape }
}
