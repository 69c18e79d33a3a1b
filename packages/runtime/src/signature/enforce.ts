import { type Cell, type Column, type Frame, InputProblem } from '../backend.ts'
import { inferred, READERS, WORDS } from './cells.ts'
import type { ColumnSpec, ColumnType, Inputs } from './signature.ts'
import { cellAt, type Table } from './table.ts'

/** Makes a frame of a table as the signature says. @throws InputProblem that says column, row, expected and got */
export type Enforce = (table: Table) => Frame

/** Compiles what a signature asks for. Columns are found by name, extra ones are dropped; integers widen to floats, and nothing narrows. */
export function compile(inputs: Inputs | undefined): Enforce {
  if (inputs === undefined) return asItIs
  if (inputs.kind === 'matrix') return (table) => matrix(inputs.shape ? unfolded(table, inputs.shape) : table, inputs)
  const { columns } = inputs
  const names = columns.map(({ name }) => name)
  if (names.some((name) => name === undefined)) return (table) => byPlace(table, columns, undefined)
  return named(columns, names as string[])
}

function named(columns: readonly ColumnSpec[], names: readonly string[]): Enforce {
  let last: { names: readonly string[]; places: Int32Array } | undefined
  return (table) => {
    if (table.names === undefined) return byPlace(table, columns, names)
    // Clients send the same columns again and again: where they are is worked out once.
    if (last === undefined || !same(last.names, table.names)) last = { names: table.names, places: placesOf(columns, table.names) }
    const { places } = last
    const data: Column[] = []
    for (let at = 0; at < columns.length; at++) {
      const spec = columns[at] as ColumnSpec
      data.push(readColumn(table, places[at] as number, spec.type, names[at] as string))
    }
    return { rows: table.rows, columns: names, data }
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}

function placesOf(columns: readonly ColumnSpec[], given: readonly string[]): Int32Array {
  const places = new Map<string, number>()
  given.forEach((name, at) => {
    if (places.has(name)) throw new InputProblem(`The column '${name}' is there twice.`)
    places.set(name, at)
  })
  const missing = columns.filter(({ name, required }) => required && !places.has(name as string)).map(({ name }) => `'${name}'`)
  if (missing.length > 0) {
    throw new InputProblem(
      `Model is missing inputs [${missing.join(', ')}]. It was given [${given.map((name) => `'${name}'`).join(', ')}].`,
    )
  }
  return Int32Array.from(columns, ({ name }) => places.get(name as string) ?? -1)
}

/** Rows without names, such as lists in `instances`: the columns are taken in the signature's order, and must be as many. */
function byPlace(table: Table, columns: readonly ColumnSpec[], names: readonly string[] | undefined): Frame {
  if (table.width !== columns.length && table.rows > 0) {
    throw new InputProblem(`Model takes ${columns.length} columns, and was given ${table.width}${names ? ' without names' : ''}.`)
  }
  const data = columns.map(({ type, name }, at) => readColumn(table, at, type, name ?? String(at)))
  return { rows: table.rows, columns: names, data }
}

function matrix(table: Table, { type, width }: Inputs & { kind: 'matrix' }): Frame {
  if (width !== undefined && table.width !== width && table.rows > 0) {
    throw new InputProblem(`Model takes a tensor of shape [-1, ${width}], and was given [${table.rows}, ${table.width}].`)
  }
  const data: Column[] = []
  for (let at = 0; at < table.width; at++) data.push(readColumn(table, at, type, table.names?.[at] ?? String(at)))
  return { rows: table.rows, columns: undefined, data }
}

/** Rows of nested lists as lists of what is in them; rows that came flat stay as they are. */
function unfolded(table: Table, shape: readonly number[]): Table {
  if (table.by === 'column' || !Array.isArray(table.cells[0]?.[0])) return table
  const cells = table.cells.map((row, at) => {
    const flat: unknown[] = []
    if (unfold(row, shape, 0, flat)) return flat
    throw new InputProblem(`Model takes a tensor of shape [-1, ${shape.join(', ')}], and row ${at} is of another shape.`)
  })
  return { ...table, width: cells[0]?.length ?? 0, cells }
}

function unfold(value: unknown, shape: readonly number[], depth: number, into: unknown[]): boolean {
  if (depth === shape.length) return into.push(value) > 0
  const is_list = Array.isArray(value) && value.length === shape[depth]
  return is_list && value.every((one) => unfold(one, shape, depth + 1, into))
}

function readColumn(table: Table, place: number, type: ColumnType, name: string): Column {
  const { rows } = table
  const read = READERS[type]
  if (type === 'string' || type === 'binary' || type === 'datetime' || type === 'boolean') {
    const cells: Cell[] = new Array(rows)
    for (let row = 0; row < rows; row++) {
      const cell = place === -1 ? null : read(cellAt(table, row, place), table.is_text === true)
      if (cell === undefined) throw wrong(table, place, row, type, name)
      cells[row] = cell
    }
    return cells
  }
  const known = table.by === 'column' ? table.cells[place] : undefined
  if (type === 'double' && known instanceof Float64Array) return known
  const numbers = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    const cell = place === -1 ? Number.NaN : read(cellAt(table, row, place), table.is_text === true)
    if (cell === undefined) throw wrong(table, place, row, type, name)
    numbers[row] = cell as number
  }
  return numbers
}

function wrong(table: Table, place: number, row: number, type: ColumnType, name: string): InputProblem {
  return new InputProblem(`Column '${name}', row ${row}: expected ${WORDS[type]}, got ${told(cellAt(table, row, place))}.`)
}

/** What was got, in a few characters. */
function told(cell: unknown): string {
  if (cell === undefined || cell === null || cell === '' || Number.isNaN(cell)) return 'nothing'
  if (Array.isArray(cell)) return 'a list'
  if (typeof cell === 'object') return 'an object'
  const text = JSON.stringify(cell)
  return `the ${typeof cell} ${text.length > 60 ? `${text.slice(0, 57)}...` : text}`
}

/** Without a signature a column is of numbers when all of it is. */
function asItIs(table: Table): Frame {
  const data: Column[] = []
  for (let at = 0; at < table.width; at++) data.push(inferred(table, at))
  return { rows: table.rows, columns: table.names, data }
}
