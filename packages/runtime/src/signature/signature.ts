import { Refused } from '../refused.ts'
import { type ParamSpec, readParams } from './params.ts'

/** The types that a column may have; those of tensors are told by the same words. */
export type ColumnType = 'boolean' | 'integer' | 'long' | 'float' | 'double' | 'string' | 'binary' | 'datetime'

/** A column that a model takes. */
export type ColumnSpec = { readonly name: string | undefined; readonly type: ColumnType; readonly required: boolean }

/**
 * What a model takes: columns, or one tensor whose rows are the rows (`width` undefined: any width). `shape` is what each row looks like
 * where that is more than a list of numbers.
 */
export type Inputs =
  | { readonly kind: 'columns'; readonly columns: readonly ColumnSpec[] }
  | { readonly kind: 'matrix'; readonly type: ColumnType; readonly width: number | undefined; readonly shape?: readonly number[] }

/** What a model was logged with; each part is undefined where nothing was said. */
export type Signature = {
  readonly inputs: Inputs | undefined
  readonly output: ColumnType | undefined
  readonly params?: readonly ParamSpec[]
}

const COLUMN_TYPES: ReadonlySet<string> = new Set<ColumnType>([
  'boolean',
  'integer',
  'long',
  'float',
  'double',
  'string',
  'binary',
  'datetime',
])

const OF_DTYPE: Readonly<Record<string, ColumnType>> = {
  bool: 'boolean',
  int8: 'integer',
  int16: 'integer',
  int32: 'integer',
  uint8: 'integer',
  uint16: 'integer',
  uint32: 'long',
  int64: 'long',
  uint64: 'long',
  float16: 'float',
  float32: 'float',
  float64: 'double',
  str: 'string',
  object: 'string',
}

const INPUTS_MAX = 100_000
/** A picture of 2,000 by 2,000 dots in three colors is smaller. */
const WIDTH_MAX = 16_777_216

/** Reads what MLmodel has of a signature, which is JSON in texts. @throws Refused('describe') for what can't be served */
export function readSignature(inputs: string | undefined, outputs: string | undefined, params?: string): Signature {
  return {
    inputs: inputs === undefined ? undefined : inputsOf(specs(inputs)),
    output: outputs === undefined ? undefined : outputOf(outputs),
    params: params === undefined ? [] : readParams(params),
  }
}

type Spec = { type?: unknown; name?: unknown; required?: unknown; optional?: unknown; 'tensor-spec'?: { dtype?: unknown; shape?: unknown } }

function specs(text: string): readonly Spec[] {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch (cause) {
    throw new Refused('describe', 'The signature in MLmodel is no JSON: log the model again.', { cause })
  }
  if (!Array.isArray(read) || read.length > INPUTS_MAX || read.some((one) => typeof one !== 'object' || one === null)) {
    throw new Refused('describe', 'The signature in MLmodel is no list of inputs: log the model again.')
  }
  return read
}

function inputsOf(all: readonly Spec[]): Inputs | undefined {
  if (all.length === 0) return undefined
  const [first] = all
  if (all.length === 1 && first?.type === 'tensor' && first.name === undefined) return matrixOf(first)
  const columns = all.map(columnOf)
  const known = new Set<string>()
  for (const { name } of columns) {
    if (name === undefined) continue
    if (known.has(name)) throw new Refused('describe', `The signature names the input '${name}' twice.`)
    known.add(name)
  }
  return { kind: 'columns', columns }
}

function matrixOf(spec: Spec): Inputs {
  const { shape, type } = tensorOf(spec)
  const width = shape.slice(1).reduce((product, size) => (product === -1 || size === -1 ? -1 : product * size), 1)
  if (shape.length > 2) {
    if (width > 0 && width <= WIDTH_MAX) return { kind: 'matrix', type, width, shape: shape.slice(1) }
    const takes = `The model takes a tensor of shape [${shape.slice(0, 10)}]`
    throw new Refused(
      'describe',
      `${takes}: of more than two dimensions each but the first must be told, with ${WIDTH_MAX} numbers a row at most.`,
    )
  }
  return { kind: 'matrix', type, width: width === -1 ? undefined : width }
}

function columnOf(spec: Spec, at: number): ColumnSpec {
  const name = typeof spec.name === 'string' ? spec.name : undefined
  const required = spec.required !== false && spec.optional !== true
  if (spec.type === 'tensor') {
    const { shape, type } = tensorOf(spec)
    if (shape.length === 1 || (shape.length === 2 && shape[1] === 1)) return { name, type, required }
    throw new Refused('describe', `Input ${name ?? at} is a tensor of shape [${shape}] beside others; only columns can stand side by side.`)
  }
  if (typeof spec.type === 'string' && COLUMN_TYPES.has(spec.type)) return { name, type: spec.type as ColumnType, required }
  throw new Refused(
    'describe',
    `Input ${name ?? at} is of the type ${JSON.stringify(spec.type)}, which is not served: only plain columns are.`,
  )
}

function tensorOf({ 'tensor-spec': spec }: Spec): { shape: readonly number[]; type: ColumnType } {
  const type = typeof spec?.dtype === 'string' && Object.hasOwn(OF_DTYPE, spec.dtype) ? OF_DTYPE[spec.dtype] : undefined
  const shape = spec?.shape
  if (type === undefined)
    throw new Refused('describe', `A tensor of the signature has the dtype ${JSON.stringify(spec?.dtype)}, which is not served.`)
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= -1)) {
    throw new Refused('describe', 'A tensor of the signature has no shape that could be read: log the model again.')
  }
  return { shape, type }
}

/** Only tells integers from other numbers on the wire, so what isn't understood is no reason to refuse. */
function outputOf(text: string): ColumnType | undefined {
  const all = specs(text)
  if (all.length !== 1) return undefined
  const { type, 'tensor-spec': spec } = all[0] as Spec
  if (type === 'tensor') return typeof spec?.dtype === 'string' && Object.hasOwn(OF_DTYPE, spec.dtype) ? OF_DTYPE[spec.dtype] : undefined
  return typeof type === 'string' && COLUMN_TYPES.has(type) ? (type as ColumnType) : undefined
}
