import { isObject, type Json, type JsonObject, readJson } from '@millrace/formats'
import type { Backend, Column, Frame, Label, Prediction } from '../../backend.ts'
import { refuse } from '../estimator.ts'
import { greatest, type Inputs, logistic, numbers, select, softmax, twoClasses } from '../matrix.ts'
import { type CatboostTrees, readCatboostTrees } from './catboost-trees.ts'

const TEXT_MAX_BYTES = 512 * 1024 * 1024
const DEPTH_MAX = 256

/** A numeric feature: from which column it comes, and what a missing value counts as. */
type Feature = { readonly column: number; readonly missing: number }

type Model = {
  readonly inputs: Inputs
  readonly features: readonly Feature[]
  readonly trees: CatboostTrees
  readonly scale: number
  readonly bias: Float64Array
  readonly objective: string
  readonly classes: readonly Label[]
}

/** Reads CatBoost's JSON. @throws Refused, Unreadable */
function readCatboost(text: string): Model {
  const { value, duplicates } = readJson(text, { depth_max: DEPTH_MAX, bytes_max: TEXT_MAX_BYTES })
  if (duplicates.length > 0) refuse('the CatBoost model has an object with the same key twice')
  const root = objectIn(value, 'the model')
  const info = objectIn(root.features_info, 'features_info')
  const floats = listIn(info.float_features ?? [], 'float_features').map((one) => objectIn(one, 'a feature'))
  const others = ['categorical_features', 'text_features', 'embedding_features'].flatMap((kind) => listIn(info[kind] ?? [], kind))
  const features = floats.map(featureOf)
  const all = [...floats, ...others.map((one) => objectIn(one, 'a feature'))]
  const [scale, bias] = listIn(root.scale_and_bias, 'scale_and_bias')
  const added = Float64Array.from(typeof bias === 'number' ? [bias] : listIn(bias, 'the bias'), (one) => finite(one, 'the bias'))
  if (added.length === 0) refuse('the CatBoost model has no bias')
  return {
    inputs: inputsOf(all),
    features,
    trees: readCatboostTrees(root, features.length, added.length),
    scale: finite(scale, 'the scale'),
    bias: added,
    ...toldBy(objectIn(root.model_info ?? {}, 'model_info')),
  }
}

function featureOf(feature: JsonObject): Feature {
  const column = feature.flat_feature_index
  const treatment = feature.nan_value_treatment ?? 'AsIs'
  if (typeof column !== 'number' || !Number.isSafeInteger(column) || column < 0)
    return refuse('a feature of the CatBoost model has no column')
  if (treatment !== 'AsIs' && treatment !== 'AsFalse' && treatment !== 'AsTrue')
    return refuse('a feature of the CatBoost model treats missing values in a way that is not known')
  return { column, missing: treatment === 'AsTrue' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY }
}

const COLUMNS_MAX = 1_000_000

/** The columns in the order of training; their names, unless they are nothing but numbers. */
function inputsOf(features: readonly JsonObject[]): Inputs {
  const names: (string | undefined)[] = []
  for (const { flat_feature_index: column, feature_id: name } of features) {
    if (typeof column !== 'number' || !(column >= 0 && column < COLUMNS_MAX) || names[column] !== undefined)
      return refuse('two features of the CatBoost model are of the same column, or one is of none')
    names[column] = typeof name === 'string' ? name : String(column)
  }
  for (let at = 0; at < names.length; at++) names[at] ??= String(at)
  if (names.length === 0) return refuse('the CatBoost model takes no columns')
  const are_numbers = names.every((name, at) => name === String(at))
  return { columns: names.length, names: are_numbers ? undefined : (names as string[]), allows_missing: true, allows_infinite: true }
}

/** The objective, and the classes where there are some. */
function toldBy(info: JsonObject): { objective: string; classes: readonly Label[] } {
  const parameters = isObject(info.params) ? info.params : typeof info.params === 'string' ? readJson(info.params).value : {}
  const loss = isObject(parameters) && isObject(parameters.loss_function) ? parameters.loss_function.type : undefined
  const known = isObject(info.class_params) ? info.class_params : {}
  const classes = listIn(known.class_names ?? [], 'class_names')
  if (!classes.every((one) => typeof one === 'number' || typeof one === 'string' || typeof one === 'boolean'))
    refuse('a class of the CatBoost model is no label')
  return { objective: typeof loss === 'string' ? loss : '', classes: classes as Label[] }
}

const objectIn = (value: Json | undefined, what: string): JsonObject =>
  isObject(value) ? value : refuse(`${what} of the CatBoost model is no object`)
const listIn = (value: Json | undefined, what: string): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : refuse(`${what} of the CatBoost model is no list`)
const finite = (value: Json | undefined, what: string): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : refuse(`${what} of the CatBoost model is no finite number`)

/** What a model says of each row, before it becomes a prediction. */
function scoresOf({ inputs, features, trees, scale, bias }: Model): (frame: Frame) => Float64Array {
  return (frame) => {
    const selected = select(frame, inputs)
    const rows = new Float32Array(frame.rows * features.length)
    features.forEach(({ column, missing }, at) => {
      const values = numbers(selected[column] as Column, inputs.names ? JSON.stringify(inputs.names[column]) : `column ${column + 1}`)
      for (let row = 0, to = at; row < frame.rows; row++, to += features.length) {
        const value = values[row] as number
        rows[to] = Number.isNaN(value) ? missing : value
      }
    })
    const sums = trees.sums(rows, frame.rows)
    for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] as number) * scale + (bias[at % bias.length] as number)
    return sums
  }
}

/** The backend of a model in CatBoost's JSON, as the class that MLmodel names predicts. */
export function catboostBackend(text: string, model_type: string): Backend {
  const model = readCatboost(text)
  const { inputs, objective, classes, bias } = model
  const name = model_type.slice(model_type.lastIndexOf('.') + 1)
  const scores = scoresOf(model)
  const backend = { kind: `CatBoost ${name} (${objective})`, inputs: inputs.columns, ...(inputs.names && { feature_names: inputs.names }) }
  if (name === 'CatBoostClassifier') return { ...backend, classes, ...classifierOf(scores, objective, classes, bias.length) }
  const is_power = name === 'CatBoostRegressor' && (objective === 'Poisson' || objective.startsWith('Tweedie'))
  if (objective === 'RMSEWithUncertainty') refuse(`a CatBoost model with the objective ${objective} is not served`)
  return { ...backend, predict: (frame) => ({ values: is_power ? scores(frame).map(Math.exp) : scores(frame), columns: bias.length }) }
}

function classifierOf(
  scores: (frame: Frame) => Float64Array,
  objective: string,
  classes: readonly Label[],
  outputs: number,
): Required<Pick<Backend, 'predict' | 'predictProba'>> {
  if (!['Logloss', 'CrossEntropy', 'MultiClass', 'MultiClassOneVsAll'].includes(objective))
    refuse(`a CatBoost classifier with the objective ${objective.slice(0, 60)} is not served`)
  if (classes.length < 2 || outputs !== (classes.length === 2 && !objective.startsWith('Multi') ? 1 : classes.length))
    refuse(`the CatBoost model has ${outputs} outputs for ${classes.length} classes`)
  const shares = (frame: Frame): Float64Array => {
    const found = scores(frame)
    if (outputs === 1) return twoClasses(found)
    return objective === 'MultiClass' ? softmax(found, outputs) : found.map(logistic)
  }
  return {
    predict: (frame): Prediction => {
      const found = scores(frame)
      if (outputs > 1) return greatest(found, classes)
      return { values: Array.from(found, (score) => classes[score > 0 ? 1 : 0] as Label), columns: 1 }
    },
    predictProba: (frame) => ({ values: shares(frame), columns: classes.length }),
  }
}
