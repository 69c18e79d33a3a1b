import { Unreadable } from '../unreadable.ts'
import { fieldsOf, textOf } from './wire.ts'

/** Something that a graph takes or gives. */
export type OnnxValue = {
  readonly name: string
  readonly kind: 'tensor' | 'sequence' | 'map' | 'other'
  /** The number of the elements' type in ONNX; 0 where it is no tensor. */
  readonly type: number
  /** A size, or undefined where any will do; undefined as a whole where nothing is said. */
  readonly shape: readonly (number | undefined)[] | undefined
}

/** What a model of ONNX says of itself at its outside. */
export type OnnxInterface = {
  readonly ir_version: number
  /** The version of the operators of each domain; that of ONNX itself is ''. */
  readonly opsets: ReadonlyMap<string, number>
  /** Without those that have a value in the model. */
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  /** Operators that the model itself defines, as `domain name`. */
  readonly functions: ReadonlySet<string>
}

const VALUES_MAX = 10_000
const RANK_MAX = 32

/** Reads what a model takes and gives. @throws Unreadable */
export function readOnnxInterface(model: Buffer): OnnxInterface {
  let ir_version = 0
  let graph: Buffer | undefined
  const opsets = new Map<string, number>()
  const functions = new Set<string>()
  for (const { number, varint, bytes } of fieldsOf(model)) {
    if (number === 1) ir_version = varint
    else if (number === 7 && bytes) {
      // Readers of protobuf would make one graph of two, each in its own way.
      if (graph) throw new Unreadable('it has two graphs', 0)
      graph = bytes
    } else if (number === 8 && bytes) opsets.set(...opset(bytes))
    else if (number === 25 && bytes) functions.add(functionOf(bytes))
  }
  if (!graph) throw new Unreadable('it has no graph', 0)
  const known = new Set<string>()
  const [inputs, outputs]: [OnnxValue[], OnnxValue[]] = [[], []]
  for (const { number, bytes } of fieldsOf(graph)) {
    if (!bytes) continue
    if (number === 5) known.add(textIn(bytes, 8))
    else if (number === 15) for (const part of fieldsOf(bytes)) if (part.number === 1 && part.bytes) known.add(textIn(part.bytes, 8))
    if (number === 11) inputs.push(readValue(bytes))
    else if (number === 12) outputs.push(readValue(bytes))
    if (inputs.length > VALUES_MAX || outputs.length > VALUES_MAX)
      throw new Unreadable(`it takes or gives more than ${VALUES_MAX} values`, 0, true)
  }
  return { ir_version, opsets, functions, inputs: inputs.filter(({ name }) => !known.has(name)), outputs }
}

function textIn(message: Buffer, wanted: number): string {
  let text = ''
  for (const field of fieldsOf(message)) if (field.number === wanted) text = textOf(field)
  return text
}

function opset(message: Buffer): [string, number] {
  let version = 0
  for (const { number, varint } of fieldsOf(message)) if (number === 2) version = varint
  return [textIn(message, 1), version]
}

const functionOf = (message: Buffer): string => `${textIn(message, 10)} ${textIn(message, 1)}`

const KINDS: Readonly<Record<number, OnnxValue['kind']>> = { 1: 'tensor', 4: 'sequence', 5: 'map' }

function readValue(message: Buffer): OnnxValue {
  const name = textIn(message, 1)
  const types: Buffer[] = []
  for (const { number, bytes } of fieldsOf(message)) if (number === 2 && bytes) types.push(bytes)
  for (const { number, bytes } of types.length === 1 ? fieldsOf(types[0] as Buffer) : []) {
    if (!bytes || number === 6) continue
    const kind = KINDS[number] ?? 'other'
    return kind === 'tensor' ? { name, kind, ...tensorType(bytes) } : { name, kind, type: 0, shape: undefined }
  }
  return { name, kind: 'other', type: 0, shape: undefined }
}

function tensorType(message: Buffer): Pick<OnnxValue, 'type' | 'shape'> {
  let type = 0
  let shape: (number | undefined)[] | undefined
  for (const { number, varint, bytes } of fieldsOf(message)) {
    if (number === 1) type = varint
    else if (number === 2 && bytes) {
      shape = []
      for (const dimension of fieldsOf(bytes)) if (dimension.number === 1 && dimension.bytes) shape.push(sizeOf(dimension.bytes))
      if (shape.length > RANK_MAX) throw new Unreadable(`a tensor has more than ${RANK_MAX} dimensions`, 0, true)
    }
  }
  return { type, shape }
}

function sizeOf(message: Buffer): number | undefined {
  for (const { number, varint, bytes } of fieldsOf(message)) if (number === 1 && bytes === undefined) return sizeIn(varint)
  return undefined
}

function sizeIn(varint: number): number | undefined {
  // Exporters write -1 where a size is not known.
  if (varint >= 2 ** 63) return undefined
  if (varint > 2 ** 31) throw new Unreadable(`a tensor is ${varint} wide`, 0, true)
  return varint
}
