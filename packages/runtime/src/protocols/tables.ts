import type { Table } from '../signature/table.ts'
import { isMembers, type Members, memberOf } from './json.ts'
import { RequestProblem } from './request-problem.ts'

const NO_FRAME = 'Provided dataframe_split field is not a valid dataframe representation'

/** What a value is, by the names that Python has for it. */
const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'list' : isMembers(value) ? 'dictionary' : value === null ? 'None' : typeof value

/** Records that each name a column of their own make as many cells as their number squared: no honest request comes near. */
const RECORD_CELLS_MAX = 20_000_000

const EMPTY: Table = { rows: 0, width: 0, names: undefined, by: 'row', cells: [] }

/** `dataframe_split`: `{"columns": [...], "data": [[...], ...]}`; an index must be as long as the data, and is not looked at. */
export function tableOfSplit(value: unknown): Table {
  if (!isMembers(value)) {
    throw new RequestProblem(`Dataframe split format must be a dictionary. Got ${kindOf(value)}: send an object with "columns" and "data".`)
  }
  const data = memberOf(value, 'data')
  const columns = memberOf(value, 'columns')
  if (!Array.isArray(data) || !data.every(Array.isArray))
    throw new RequestProblem(`${NO_FRAME}: "data" must be a list of rows, each a list.`)
  const index = memberOf(value, 'index')
  if (index !== undefined && (!Array.isArray(index) || index.length !== data.length)) {
    throw new RequestProblem(`${NO_FRAME}: "index" must be a list with a value for each of the ${data.length} rows.`)
  }
  if (columns === undefined) return tableOfRows(data, undefined, 'dataframe_split')
  if (!Array.isArray(columns)) throw new RequestProblem(`${NO_FRAME}: "columns" must be a list of names.`)
  // pandas writes the numbers of unnamed columns there.
  const names = columns.every((name) => typeof name === 'number') ? undefined : columns.map(String)
  return tableOfRows(data, names, 'dataframe_split', columns.length)
}

/** Rows that are lists, all as wide as the first. */
export function tableOfRows(
  rows: readonly (readonly unknown[])[],
  names: readonly string[] | undefined,
  what: string,
  width?: number,
): Table {
  const wide = width ?? rows[0]?.length ?? 0
  for (let row = 0; row < rows.length; row++) {
    const has = (rows[row] as readonly unknown[]).length
    if (has !== wide) throw new RequestProblem(`${what}: row ${row} has ${has} values, and ${wide} are expected.`)
  }
  return { rows: rows.length, width: wide, names, by: 'row', cells: rows }
}

/** `dataframe_records`: a list of objects. A column is there when any record has it. */
export function tableOfRecords(value: unknown, what = 'dataframe_records'): Table {
  if (!Array.isArray(value)) {
    throw new RequestProblem(`Dataframe records format must be a list of records. Got ${kindOf(value)}.`)
  }
  if (!value.every(isMembers)) throw new RequestProblem(`${what} must be a list of objects, one for each row.`)
  if (value.length === 0) return EMPTY
  const names = new Set<string>()
  for (const record of value) for (const name of Object.keys(record)) names.add(name)
  const columns = [...names]
  if (columns.length * value.length > RECORD_CELLS_MAX) {
    throw new RequestProblem(`${what}: ${value.length} records that name ${columns.length} columns are too many values: send fewer.`, 413)
  }
  const cells = columns.map((name) => value.map((record: Members) => memberOf(record, name) ?? null))
  return { rows: value.length, width: columns.length, names: columns, by: 'column', cells }
}

/** `instances`: one value, list or object a row. */
export function tableOfInstances(value: unknown): Table {
  if (!Array.isArray(value)) throw new RequestProblem('instances must be a list with one element for each row.')
  if (value.length > 0 && value.every(isMembers)) return tableOfRecords(value, 'instances')
  return tableOfLists(value, 'instances')
}

/** `inputs`: columns by name, `{"a": [1, 2]}`, or a tensor as nested lists. */
export function tableOfInputs(value: unknown): Table {
  if (isMembers(value)) return tableOfColumns(value)
  if (Array.isArray(value))
    return value.length > 0 && value.every(isMembers) ? tableOfRecords(value, 'inputs') : tableOfLists(value, 'inputs')
  throw new RequestProblem('inputs must be an object with a list for each column, or a list of rows.')
}

function tableOfColumns(value: Members): Table {
  const names = Object.keys(value)
  const lists = names.map((name) => value[name])
  // One row may be given without lists around its values.
  const is_one_row = lists.length > 0 && lists.every((list) => !Array.isArray(list))
  const cells = is_one_row ? lists.map((cell) => [cell]) : lists.map((list, at) => columnOf(list, names[at] as string))
  const rows = cells[0]?.length ?? 0
  const odd = cells.findIndex((list) => list.length !== rows)
  if (odd !== -1) throw new RequestProblem(`inputs: '${names[odd]}' has ${cells[odd]?.length} values, and '${names[0]}' has ${rows}.`)
  return { rows, width: names.length, names, by: 'column', cells }
}

/** A column as a list; one of shape [n, 1] has a list around each value. */
function columnOf(list: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(list)) throw new RequestProblem(`inputs: '${name}' must be a list with a value for each row.`)
  return list.length > 0 && list.every((one) => Array.isArray(one) && one.length === 1) ? list.map(([one]) => one) : list
}

/** A list of rows, or of values for a single column. */
function tableOfLists(value: readonly unknown[], what: string): Table {
  if (value.length === 0) return EMPTY
  if (value.every(Array.isArray)) return tableOfRows(value as readonly unknown[][], undefined, what)
  if (value.some((one) => typeof one === 'object' && one !== null)) {
    throw new RequestProblem(`${what}: rows must be all lists, all objects, or all single values.`)
  }
  return { rows: value.length, width: 1, names: undefined, by: 'column', cells: [value] }
}
