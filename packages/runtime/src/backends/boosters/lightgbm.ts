import { type LightgbmText, readLightgbm } from '@millrace/formats'
import type { Backend, Frame, Label, Prediction } from '../../backend.ts'
import { refuse } from '../estimator.ts'
import { greatest, type Inputs, rowsOf, softmax, twoClasses } from '../matrix.ts'
import { type LightgbmTrees, leafValue, readLightgbmTrees } from './lightgbm-trees.ts'

const COLUMNS_MAX = 1_000_000
const GROUPS_MAX = 10_000

/** A model of LightGBM: `groups` numbers a row, raw or as its objective makes predictions of them. */
export type LightgbmModel = {
  readonly inputs: Inputs
  readonly groups: number
  readonly objective: string
  predict(frame: Frame): Float64Array
}

type Link = (sums: Float64Array, groups: number) => Float64Array

/** Makes functions of a model's text. @throws Refused, Unreadable */
export function compileLightgbm(text: string): LightgbmModel {
  const read = readLightgbm(text)
  const columns = countOf(read, 'max_feature_idx', 0, COLUMNS_MAX - 1) + 1
  const groups = countOf(read, 'num_tree_per_iteration', 1, GROUPS_MAX)
  const trees = readLightgbmTrees(read, columns)
  const count = trees.roots.length
  if (count % groups !== 0) refuse(`the LightGBM model has ${count} trees, which are no rounds of ${groups}`)
  const names = read.header.get('feature_names')?.split(' ') ?? []
  if (names.length !== columns) refuse(`the LightGBM model has ${names.length} names for ${columns} columns`)
  const are_made_up = names.every((name, at) => name === `Column_${at}`)
  const inputs: Inputs = { columns, names: are_made_up ? undefined : names, allows_missing: true, allows_infinite: true }
  const objective = read.header.get('objective') ?? 'custom'
  const link = linkOf(objective)
  // Random forests of LightGBM are the mean of their rounds.
  const divisor = read.header.has('average_output') ? Math.max(1, count / groups) : 1
  return {
    inputs,
    groups,
    objective,
    predict: (frame) => link(sumsOf(trees, rowsOf(frame, inputs, Float64Array), frame.rows, columns, groups, divisor), groups),
  }
}

function sumsOf(trees: LightgbmTrees, rows: Float64Array, count: number, columns: number, groups: number, divisor: number): Float64Array {
  const sums = new Float64Array(count * groups)
  const { length } = trees.roots
  for (let row = 0; row < count; row++) {
    for (let tree = 0; tree < length; tree++) {
      const to = row * groups + (tree % groups)
      sums[to] = (sums[to] as number) + leafValue(trees, tree, rows, row * columns)
    }
  }
  return divisor === 1 ? sums : sums.map((sum) => sum / divisor)
}

function countOf({ header }: LightgbmText, key: string, least: number, most: number): number {
  const value = Number(header.get(key) ?? Number.NaN)
  if (!Number.isInteger(value) || value < least || value > most)
    refuse(`the LightGBM model's ${key} is not a count from ${least} to ${most}`)
  return value
}

const IDENTITIES = new Set(['regression', 'regression_l1', 'huber', 'fair', 'quantile', 'mape', 'lambdarank', 'rank_xendcg', 'custom'])
const each =
  (change: (sum: number) => number): Link =>
  (sums) =>
    sums.map(change)

/** What the objective makes of the sums; its words are its name and its parameters. */
function linkOf(objective: string): Link {
  const [name = '', ...words] = objective.split(' ')
  const sigmoid = Number(words.find((word) => word.startsWith('sigmoid:'))?.slice('sigmoid:'.length) ?? 1)
  if (!(sigmoid > 0)) refuse("the LightGBM model's objective has a sigmoid that is no number")
  if (name === 'regression' && words.includes('sqrt')) return each((sum) => Math.sign(sum) * sum * sum)
  if (IDENTITIES.has(name)) return (sums) => sums
  switch (name) {
    case 'binary':
    case 'multiclassova':
      return each((sum) => 1 / (1 + Math.exp(-sigmoid * sum)))
    case 'cross_entropy':
      return each((sum) => 1 / (1 + Math.exp(-sum)))
    case 'cross_entropy_lambda':
      return each((sum) => Math.log1p(Math.exp(sum)))
    case 'poisson':
    case 'gamma':
    case 'tweedie':
      return each(Math.exp)
    case 'multiclass':
      return softmax
    default:
      return refuse(`the LightGBM model has the objective ${name.slice(0, 60)}, which is not served`)
  }
}

/** The backend of a model in LightGBM's text, as `Booster.predict`. */
export function lightgbmBackend(text: string): Backend {
  const { inputs, groups, objective, predict } = compileLightgbm(text)
  return {
    kind: `LightGBM Booster (${objective.split(' ')[0]})`,
    inputs: inputs.columns,
    ...(inputs.names && { feature_names: inputs.names }),
    predict: (frame) => ({ values: predict(frame), columns: groups }),
  }
}

/** What predicts one of some classes. */
export function lightgbmClassifier(model: LightgbmModel, classes: readonly Label[]): Required<Pick<Backend, 'predict' | 'predictProba'>> {
  if (model.groups !== (classes.length === 2 ? 1 : classes.length))
    refuse(`the LightGBM model has ${model.groups} outputs for ${classes.length} classes`)
  const shares = (frame: Frame): Float64Array =>
    model.groups > 1 ? model.predict(frame) : twoClasses(model.predict(frame), (share) => share)
  return {
    predict: (frame): Prediction => greatest(shares(frame), classes),
    predictProba: (frame): Prediction => ({ values: shares(frame), columns: classes.length }),
  }
}
