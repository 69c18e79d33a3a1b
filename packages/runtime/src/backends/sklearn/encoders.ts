import { type Cell, type Column, type Frame, InputProblem } from '../../backend.ts'
import { NdArray } from '../arrays.ts'
import type { Estimator, Value } from '../estimator.ts'
import { numbers, select } from '../matrix.ts'
import { type Compile, inputsOf } from './fitted.ts'

/** The place of each category in its column's list; what is missing stands as null. */
type Categories = { readonly places: ReadonlyMap<Cell, number>; readonly of_numbers: boolean }

function categoriesOf(estimator: Estimator, columns: number): readonly Categories[] {
  const lists = estimator.list('categories_')
  if (lists.length !== columns) estimator.refuse('categories_', `has ${lists.length} lists for ${columns} columns`)
  return lists.map((list) => {
    if (!(list instanceof NdArray) || list.shape.length !== 1 || !(list.numbers ?? list.items))
      estimator.refuse('categories_', 'holds what is no list')
    const { numbers: found, items, is_boolean } = list as NdArray
    const places = new Map<Cell, number>()
    for (const [place, item] of (found ? Array.from(found) : (items ?? [])).entries()) {
      if (item !== null && typeof item === 'object') estimator.refuse('categories_', 'holds what is neither a number nor a text')
      places.set(keyOf(item as Cell), place)
    }
    if (places.size !== list_length(list)) estimator.refuse('categories_', 'has a category twice')
    return { places, of_numbers: found !== undefined && !is_boolean }
  })
}

const list_length = (list: Value): number => (list instanceof NdArray ? (list.shape[0] ?? 0) : 0)
const keyOf = (cell: Cell | undefined): Cell => (cell === undefined || (typeof cell === 'number' && Number.isNaN(cell)) ? null : cell)

/** The place of each row's category; -1 for one that was not there at training. */
function placesOf(column: Column, { places, of_numbers }: Categories): Int32Array {
  return Int32Array.from(column, (cell: Cell) => {
    const key = keyOf(cell)
    return places.get(of_numbers && typeof key === 'boolean' ? Number(key) : key) ?? -1
  })
}

function unknown(column: Column, place: number, name: string): never {
  const cell = JSON.stringify(column[place])?.slice(0, 60)
  throw new InputProblem(`row ${place + 1} of ${name} is ${cell}, a category that the model was not trained with`)
}

const nameOf = (names: readonly string[] | undefined, column: number): string =>
  names ? JSON.stringify(names[column]) : `column ${column + 1}`

/** One column for each category. */
export const oneHotEncoder: Compile = (estimator) => {
  const inputs = inputsOf(estimator, true)
  const { columns, names } = inputs
  if (estimator.flag('_infrequent_enabled')) estimator.refuse('min_frequency', 'groups rare categories, which is not served yet')
  const categories = categoriesOf(estimator, columns)
  const fails = estimator.oneOf('handle_unknown', ['error', 'ignore', 'infrequent_if_exist', 'warn']) === 'error'
  const dropped = droppedOf(estimator, categories)
  const outputs = categories.map(({ places }, column) => places.size - (dropped[column] === -1 ? 0 : 1))
  return {
    inputs,
    transform: (frame) => {
      // Of many categories few occur at a time: all others are the same column of zeros.
      const none = new Float64Array(frame.rows)
      const data = select(frame, inputs).flatMap((column, at) => {
        const made = new Array<Float64Array>(outputs[at] as number).fill(none)
        const left_out = dropped[at] as number
        placesOf(column, categories[at] as Categories).forEach((place, row) => {
          if (place === -1 && fails) unknown(column, row, nameOf(names, at))
          if (place === -1 || place === left_out) return
          const to = left_out !== -1 && place > left_out ? place - 1 : place
          const hot = made[to] === none ? new Float64Array(frame.rows) : (made[to] as Float64Array)
          hot[row] = 1
          made[to] = hot
        })
        return made
      })
      return { rows: frame.rows, columns: undefined, data }
    },
  }
}

/** Which category of each column has no output of its own; -1 for none. */
function droppedOf(estimator: Estimator, categories: readonly Categories[]): number[] {
  if (!estimator.has('drop_idx_')) return categories.map(() => -1)
  const array = estimator.array('drop_idx_')
  const found: readonly Value[] = array.items ?? Array.from(array.numbers ?? [])
  if (found.length !== categories.length) estimator.refuse('drop_idx_', 'does not have one place a column')
  return found.map((place, column) => {
    if (place === null) return -1
    const most = (categories[column] as Categories).places.size
    return typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < most
      ? place
      : estimator.refuse('drop_idx_', 'is no category')
  })
}

/** A number for each category. */
export const ordinalEncoder: Compile = (estimator) => {
  const inputs = inputsOf(estimator, true)
  const { columns, names } = inputs
  if (estimator.flag('_infrequent_enabled')) estimator.refuse('min_frequency', 'groups rare categories, which is not served yet')
  const categories = categoriesOf(estimator, columns)
  const fails = estimator.oneOf('handle_unknown', ['error', 'use_encoded_value']) === 'error'
  const unknown_value = fails ? Number.NaN : estimator.number('unknown_value')
  const missing_value = estimator.number('encoded_missing_value')
  return {
    inputs,
    transform: (frame) => {
      const data = select(frame, inputs).map((column, at) => {
        const known = categories[at] as Categories
        const missing = known.places.get(null) ?? -2
        const places = placesOf(column, known)
        return Float64Array.from(places, (place, row) => {
          if (place === missing) return missing_value
          if (place !== -1) return place
          return fails ? unknown(column, row, nameOf(names, at)) : unknown_value
        })
      })
      return { rows: frame.rows, columns: undefined, data }
    },
  }
}

/** Puts a fitted value in the place of what is missing. */
export const simpleImputer: Compile = (estimator) => {
  const inputs = inputsOf(estimator, true)
  const { columns, names } = inputs
  const statistics = estimator.array('statistics_')
  const fills: readonly Value[] = statistics.items ?? Array.from(statistics.numbers ?? [])
  if (fills.length !== columns) estimator.refuse('statistics_', 'does not have one value a column')
  const missing = estimator.any('missing_values')
  if (missing !== null && typeof missing === 'object') estimator.refuse('missing_values', 'is no single value')
  const of_numbers = statistics.numbers !== undefined
  // A column that was all missing at training has nothing to be filled with, and is left out.
  const kept = fills
    .map((_, column) => column)
    .filter((column) => estimator.any('strategy') === 'constant' || keyOf(fills[column] as Cell) !== null)
  const flagged = estimator.flag('add_indicator') ? flaggedOf(estimator, columns) : []
  const key = keyOf(missing as Cell)
  const isMissing = (cell: Cell | undefined): boolean => keyOf(cell) === key
  return {
    inputs,
    transform: (frame): Frame => {
      const given = select(frame, inputs)
      const read = given.map((column, at) => (of_numbers ? numbers(column, nameOf(names, at)) : column))
      const filled = kept.map((at): Column => {
        const column = read[at] as Column
        const fill = fills[at] as Cell
        if (column instanceof Float64Array && typeof fill === 'number') return column.map((value) => (isMissing(value) ? fill : value))
        return Array.from(column as readonly Cell[], (cell) => (isMissing(cell) ? fill : cell))
      })
      const flags = flagged.map((at) => Float64Array.from(read[at] as readonly Cell[], (cell) => (isMissing(cell) ? 1 : 0)))
      return { rows: frame.rows, columns: undefined, data: [...filled, ...flags] }
    },
  }
}

function flaggedOf(estimator: Estimator, columns: number): readonly number[] {
  const indicator = estimator.part('indicator_')
  const found = Array.from(indicator.numbers('features_', [-1]))
  return found.every((column) => Number.isInteger(column) && column >= 0 && column < columns)
    ? found
    : indicator.refuse('features_', 'is no list of columns')
}
