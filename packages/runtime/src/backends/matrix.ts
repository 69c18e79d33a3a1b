import { type Column, type Frame, InputProblem, type Label, type Prediction } from '../backend.ts'

/** What a model takes. Without names it is told by the number of columns alone. */
export type Inputs = {
  readonly columns: number
  readonly names: readonly string[] | undefined
  /** Whether a missing value is one that the model knows what to do with. */
  readonly allows_missing: boolean
  /** Whether an infinity is a number like others to it. */
  readonly allows_infinite?: boolean
}

/** The frame's columns that a model takes, in its order: by name where both have names. @throws InputProblem */
export function select(frame: Frame, { columns, names }: Pick<Inputs, 'columns' | 'names'>): readonly Column[] {
  const { columns: given, data } = frame
  if (given === undefined || names === undefined || same(given, names)) {
    if (data.length !== columns) throw new InputProblem(`the model takes ${columns} columns, and ${data.length} were given`)
    return data
  }
  return names.map((name) => {
    const at = given.indexOf(name)
    if (at === -1) throw new InputProblem(`the column ${JSON.stringify(name)} is missing; the model takes ${names.slice(0, 50).join(', ')}`)
    return data[at] as Column
  })
}

const same = (given: readonly string[], names: readonly string[]): boolean => {
  if (given.length !== names.length) return false
  for (let at = 0; at < names.length; at++) if (given[at] !== names[at]) return false
  return true
}

/** A column as numbers: true is 1, false is 0, null is missing. @throws InputProblem for text */
export function numbers(column: Column, name: string): Float64Array {
  if (column instanceof Float64Array) return column
  return Float64Array.from(column, (cell, row) => {
    if (typeof cell === 'number') return cell
    if (cell === null || cell === undefined) return Number.NaN
    if (typeof cell === 'boolean') return cell ? 1 : 0
    throw new InputProblem(`row ${row + 1} of ${name} is the text ${JSON.stringify(cell.slice(0, 60))}; the model takes numbers there`)
  })
}

const nameOf = ({ names }: Pick<Inputs, 'names'>, at: number): string => (names ? JSON.stringify(names[at]) : `column ${at + 1}`)

/**
 * Rows of numbers, one after the other, as models of numbers take them; as the nearest float32 where `Kind` is that.
 * @throws InputProblem for text, for what is infinite, and for what is missing where the model does not allow that
 */
export function rowsOf<Numbers extends Float64Array | Float32Array>(
  frame: Frame,
  inputs: Inputs,
  Kind: new (size: number) => Numbers,
): Numbers {
  const selected = select(frame, inputs)
  const { columns, allows_missing, allows_infinite = false } = inputs
  const made = new Kind(frame.rows * columns)
  for (let column = 0; column < columns; column++) {
    const given = selected[column] as Column
    const values = given instanceof Float64Array ? given : numbers(given, nameOf(inputs, column))
    for (let row = 0, at = column; row < frame.rows; row++, at += columns) {
      made[at] = values[row] as number
      const value = made[at] as number
      // One test for what is neither NaN nor an infinity.
      if (value - value !== 0 && !(Number.isNaN(value) ? allows_missing : allows_infinite))
        notFinite(values[row] as number, row, nameOf(inputs, column))
    }
  }
  return made
}

function notFinite(value: number, row: number, name: string): never {
  const what = Number.isNaN(value) ? 'is missing, and the model takes no missing values' : 'is infinite, or too large for the model'
  throw new InputProblem(`row ${row + 1} of ${name} ${what}`)
}

/** A frame of columns without names, from rows of numbers. */
export function frameOf(rows: number, columns: number, values: Float64Array): Frame {
  const data = Array.from({ length: columns }, (_, column) => {
    const made = new Float64Array(rows)
    for (let row = 0; row < rows; row++) made[row] = values[row * columns + column] as number
    return made
  })
  return { rows, columns: undefined, data }
}

/** For each row the class with the greatest score; the first of equals. */
export function greatest(scores: Float64Array | Float32Array, classes: readonly Label[]): Prediction {
  const count = classes.length
  const values: Label[] = []
  for (let at = 0; at < scores.length; at += count) {
    let best = 0
    for (let one = 1; one < count; one++) if ((scores[at + one] as number) > (scores[at + best] as number)) best = one
    values.push(classes[best] as Label)
  }
  return { values, columns: 1 }
}

/** Turns each row of scores into shares that sum to 1, in place. */
export function softmax(scores: Float64Array, count: number): Float64Array {
  for (let at = 0; at < scores.length; at += count) {
    let most = Number.NEGATIVE_INFINITY
    for (let one = 0; one < count; one++) most = Math.max(most, scores[at + one] as number)
    let sum = 0
    for (let one = 0; one < count; one++) sum += scores[at + one] = Math.exp((scores[at + one] as number) - most)
    for (let one = 0; one < count; one++) scores[at + one] = (scores[at + one] as number) / sum
  }
  return scores
}

/** The logistic function, without an overflow for either sign. */
export function logistic(score: number): number {
  if (score >= 0) return 1 / (1 + Math.exp(-score))
  const power = Math.exp(score)
  return power / (1 + power)
}

/** The shares of two classes from the score of the second. */
export function twoClasses(scores: Float64Array, share: (score: number) => number = logistic): Float64Array {
  const made = new Float64Array(scores.length * 2)
  for (let row = 0; row < scores.length; row++) {
    const second = share(scores[row] as number)
    made[2 * row] = 1 - second
    made[2 * row + 1] = second
  }
  return made
}
