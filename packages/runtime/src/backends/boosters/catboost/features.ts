import { isObject, type Json, readJson } from '@millrace/formats'
import type { Label } from '../../../backend.ts'
import { refuse } from '../../estimator.ts'
import type { Inputs } from '../../matrix.ts'

/** A column of training: its number among those of its kind, and among all. */
export type Feature = { readonly index: number; readonly column: number; readonly name: string | undefined }

/** A column of numbers, its borders, and what a missing value counts as. */
export type FloatFeature = Feature & { readonly borders: Float32Array; readonly missing: number }

/** What CatBoost writes down beside its trees: the parameters, the classes, and from where on the second class is predicted. */
export type Trained = { readonly objective: string; readonly classes: readonly Label[]; readonly threshold: number }

const COLUMNS_MAX = 1_000_000

/** @throws Refused when a number is none of a column */
export function columnOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value >= COLUMNS_MAX)
    return refuse('a feature of the CatBoost model has no column')
  return value
}

/** Where each feature stands in a list, by its own number. @throws Refused */
export function placesOf(features: readonly Feature[]): ReadonlyMap<number, number> {
  const places = new Map(features.map(({ index }, at) => [index, at]))
  if (places.size < features.length) refuse('two features of the CatBoost model have the same number')
  return places
}

/** Where the features of both kinds stand, by their own numbers. */
export type Places = { readonly floats: ReadonlyMap<number, number>; readonly categories: ReadonlyMap<number, number> }

/** The place of a feature that statistics are of. @throws Refused */
export const placeOf = (index: unknown, among: ReadonlyMap<number, number>): number =>
  among.get(index as number) ?? refuse('statistics of the CatBoost model are of a feature that there is not')

/** What a missing value counts as: where none was missing in training, it is beyond no border, whatever the treatment is. */
export const missingAs = (as_true: boolean, had_missing: boolean): number =>
  as_true && had_missing ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY

/** The columns in the order of training; their names, unless they are nothing but numbers. @throws Refused */
export function inputsOf(features: readonly Feature[]): Inputs {
  const names: (string | undefined)[] = []
  for (const { column, name } of features) {
    if (names[column] !== undefined) return refuse('two features of the CatBoost model are of the same column')
    names[column] = name === undefined || name === '' ? String(column) : name
  }
  for (let at = 0; at < names.length; at++) names[at] ??= String(at)
  if (names.length === 0) return refuse('the CatBoost model takes no columns')
  const are_numbers = names.every((name, at) => name === String(at))
  return { columns: names.length, names: are_numbers ? undefined : (names as string[]), allows_missing: true, allows_infinite: true }
}

/** Reads what was written down of the training; each may be JSON in a text. @throws Refused */
export function trainedBy(info: (name: string) => Json | undefined): Trained {
  const told = (name: string): Json => {
    const value = info(name)
    return typeof value === 'string' ? readJson(value).value : (value ?? {})
  }
  const parameters = told('params')
  const loss = isObject(parameters) && isObject(parameters.loss_function) ? parameters.loss_function.type : undefined
  const known = told('class_params')
  const classes = (isObject(known) && known.class_names) || []
  if (!Array.isArray(classes) || !classes.every((one) => ['number', 'string', 'boolean'].includes(typeof one)))
    return refuse('a class of the CatBoost model is no label')
  const share = Number(info('binclass_probability_threshold') ?? 0.5)
  if (!(share > 0 && share < 1)) refuse('the CatBoost model predicts its second class from a probability on that is none')
  return { objective: typeof loss === 'string' ? loss : '', classes: classes as Label[], threshold: -Math.log(1 / share - 1) }
}
