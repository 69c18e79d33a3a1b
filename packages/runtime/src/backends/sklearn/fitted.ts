import type { Frame, Label, Prediction } from '../../backend.ts'
import { NdArray } from '../arrays.ts'
import { describe, type Estimator, refuse, type Value } from '../estimator.ts'
import type { Inputs } from '../matrix.ts'

/** A fitted estimator as functions: what it can do, it has. */
export type Fitted = {
  readonly inputs: Inputs
  readonly classes?: readonly Label[]
  transform?(frame: Frame): Frame
  predict?(frame: Frame): Prediction
  predictProba?(frame: Frame): Prediction
  /** The score of each class, or of the second of two; one value a row for what has no classes. */
  decision?(frame: Frame): Float64Array
}

/** Makes functions of an estimator's attributes, and checks all of them. @throws Refused */
export type Compile = (estimator: Estimator, compile: (value: Value) => Fitted) => Fitted

const COLUMNS_MAX = 1_000_000

/** What an estimator takes, by `n_features_in_` and `feature_names_in_`. */
export function inputsOf(estimator: Estimator, allows_missing = false): Inputs {
  const columns = estimator.count('n_features_in_', 1, COLUMNS_MAX)
  if (!estimator.has('feature_names_in_')) return { columns, names: undefined, allows_missing }
  const names = estimator.list('feature_names_in_')
  if (names.length !== columns || !names.every((name) => typeof name === 'string')) {
    estimator.refuse('feature_names_in_', `does not have ${columns} names`)
  }
  return { columns, names: names as string[], allows_missing }
}

/** The classes of a classifier with one output. */
export function classesOf(estimator: Estimator, attribute = 'classes_'): readonly Label[] {
  const array = estimator.any(attribute)
  if (!(array instanceof NdArray) || array.shape.length !== 1)
    return estimator.refuse(attribute, 'is no list of classes: several outputs are not served')
  const labels = labelsOf(array)
  return labels ? labels : estimator.refuse(attribute, 'holds a class that is neither a number nor a text')
}

/** The elements of an array as labels; undefined when one can't be one. */
export function labelsOf({ numbers, items, is_boolean }: NdArray): readonly Label[] | undefined {
  if (numbers) {
    if (!numbers.every((label) => Number.isFinite(label) && Math.abs(label) <= Number.MAX_SAFE_INTEGER)) return undefined
    return is_boolean ? Array.from(numbers, (label) => label !== 0) : Array.from(numbers)
  }
  return items?.every((label) => typeof label === 'string' || typeof label === 'number' || typeof label === 'boolean')
    ? (items as Label[])
    : undefined
}

/** Pairs of name and estimator, as `steps` and `transformers_` have them. */
export function pairsOf(estimator: Estimator, attribute: string, width: number): readonly (readonly Value[])[] {
  return estimator.list(attribute).map((pair) => {
    if (!Array.isArray(pair) || pair.length < width)
      return refuse(`${estimator.name}.${attribute} has ${describe(pair)} where a pair has to be`)
    return pair as readonly Value[]
  })
}

/** One number a row. */
export const oneColumn = (values: Float64Array): Prediction => ({ values, columns: 1 })
