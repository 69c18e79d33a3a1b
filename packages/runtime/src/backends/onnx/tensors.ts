import { type Cell, type Column, type Frame, InputProblem, type Label, type NamedOutput, type Prediction } from '../../backend.ts'
import type { ColumnType } from '../../signature/signature.ts'
import { ARRAYS, TEXT, type Tensor } from './frames.ts'
import type { Graph, Port } from './graph.ts'

/** Types of elements as signatures have them, by their numbers. */
export const COLUMN_TYPES: Readonly<Record<number, ColumnType>> = {
  1: 'float',
  2: 'integer',
  3: 'integer',
  4: 'integer',
  5: 'integer',
  6: 'integer',
  7: 'long',
  8: 'string',
  9: 'boolean',
  11: 'double',
  12: 'long',
  13: 'long',
}

/** A frame as the tensors that a model takes: all columns as one, or each under its name. @throws InputProblem */
export function tensorsOf(frame: Frame, inputs: readonly Port[]): readonly Tensor[] {
  const [only] = inputs as [Port]
  if (inputs.length === 1) return [tensorOf(frame.data, frame.columns, frame.rows, only)]
  return inputs.map((port, at) => {
    const place = frame.columns ? frame.columns.indexOf(port.name) : at
    const column = frame.data[place]
    if (column === undefined || (frame.columns === undefined && frame.data.length !== inputs.length)) {
      throw new InputProblem(`the column '${port.name}' is missing; the model takes ${inputs.map(({ name }) => name).join(', ')}`)
    }
    return tensorOf([column], [port.name], frame.rows, port)
  })
}

function tensorOf(columns: readonly Column[], names: readonly string[] | undefined, rows: number, port: Port): Tensor {
  const width = columns.length
  const shape = shapeFor(port, rows, width)
  const named = (at: number): string => names?.[at] ?? String(at)
  if (port.type === TEXT) {
    const data: string[] = new Array(rows * width)
    columns.forEach((column, at) => {
      for (let row = 0; row < rows; row++) data[row * width + at] = textIn(column[row] as Cell, row, named(at))
    })
    return { type: port.type, shape, data }
  }
  const data = new ARRAYS[port.type as keyof typeof ARRAYS](rows * width)
  const put = writerOf(data, port)
  columns.forEach((column, at) => {
    for (let row = 0, to = at; row < rows; row++, to += width) {
      const cell = column[row] as Cell
      if (!put(to, cell)) throw wrong(cell, row, named(at), port)
    }
  })
  return { type: port.type, shape, data }
}

/** Writes a cell as a number of the array's; false when it is none. A missing number is NaN, and no whole number can be that. */
function writerOf(data: InstanceType<(typeof ARRAYS)[keyof typeof ARRAYS]>, { type }: Port): (at: number, cell: Cell) => boolean {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    return (at, cell) => {
      if (typeof cell === 'string') return false
      data[at] = cell === null ? Number.NaN : Number(cell)
      return true
    }
  }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return (at, cell) => {
      if (!Number.isSafeInteger(Number(cell ?? Number.NaN)) || typeof cell === 'string') return false
      data[at] = BigInt(Number(cell))
      return data instanceof BigInt64Array || Number(cell) >= 0
    }
  }
  const is_boolean = COLUMN_TYPES[type] === 'boolean'
  return (at, cell) => {
    if (typeof cell === 'string' || cell === null) return false
    data[at] = Number(cell)
    return data[at] === Number(cell) && (!is_boolean || (data[at] as number) <= 1)
  }
}

function textIn(cell: Cell, row: number, name: string): string {
  if (typeof cell === 'string') return cell
  throw new InputProblem(`row ${row + 1} of '${name}' is ${JSON.stringify(cell)}, and the model takes texts there`)
}

function wrong(cell: Cell, row: number, name: string, { type }: Port): InputProblem {
  const found = cell === null || Number.isNaN(cell) ? 'missing' : JSON.stringify(cell)
  return new InputProblem(`row ${row + 1} of '${name}' is ${found}; the model takes values of the type ${COLUMN_TYPES[type]} there`)
}

/** The shape that rows of this width have for a model. @throws InputProblem */
export function shapeFor({ name, shape }: Port, rows: number, width: number): readonly number[] {
  const told = (): string => `[${(shape ?? []).map((size) => size ?? 'any').join(', ')}]`
  if (shape === undefined) return [rows, width]
  const [first, ...rest] = shape
  const known = rest.reduce<number>((product, size) => product * (size ?? 1), 1)
  const open = rest.filter((size) => size === undefined).length
  const fits = open === 0 ? known === width : open === 1 && width % known === 0
  if (!fits) throw new InputProblem(`the model takes ${told()} as '${name}', and was given rows of ${width}`)
  if (first !== undefined && first !== rows) {
    throw new InputProblem(
      `the model takes exactly ${first} rows at once (${told()}), and was given ${rows}: export it with a size that may vary`,
    )
  }
  return [rows, ...rest.map((size) => size ?? width / known)]
}

/** What a model gave, for so many rows. */
export function predictionOf(tensors: readonly Tensor[], { outputs, maps }: Graph, rows: number): Prediction {
  const named = tensors.map((tensor, at): NamedOutput => {
    const { name } = outputs[at] as Port
    const { shape } = tensor
    if (shape[0] !== rows) throw new Error(`the model gives '${name}' in the shape [${shape.join(', ')}] for ${rows} rows`)
    const map = maps.get(at)
    const found = {
      name,
      shape: shape.slice(1),
      values: valuesOf(tensor),
      columns: shape.slice(1).reduce((product, size) => product * size, 1),
    }
    return map ? { ...found, name: map.name, keys: map.keys } : found
  })
  const { values, columns } = named[0] as NamedOutput
  return { values, columns, outputs: named }
}

function valuesOf({ type, data }: Tensor): Float64Array | readonly Label[] {
  if (type === TEXT) return data as readonly string[]
  if (data instanceof Float64Array) return data
  if (COLUMN_TYPES[type] === 'boolean') return Array.from(data as Uint8Array, Boolean)
  const made = new Float64Array(data.length)
  for (let at = 0; at < made.length; at++) made[at] = Number(data[at])
  return made
}
