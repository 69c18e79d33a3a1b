import type { Frame } from '../../backend.ts'
import { frameOf, numbers, rowsOf, select } from '../matrix.ts'
import { type Compile, inputsOf } from './fitted.ts'
import { products, type Weights } from './linear.ts'

const OUTPUTS_MAX = 100_000

/** Products of columns, up to a degree. */
export const polynomialFeatures: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const least = estimator.has('_min_degree') ? estimator.count('_min_degree', 0, 20) : 0
  const most = estimator.has('_max_degree') ? estimator.count('_max_degree', 0, 20) : estimator.count('degree', 0, 20)
  const once = estimator.flag('interaction_only')
  const combinations: number[][] = estimator.flag('include_bias') ? [[]] : []
  let level: number[][] = [[]]
  for (let degree = 1; degree <= most; degree++) {
    level = level.flatMap((columns) => {
      const last = columns.at(-1)
      const first = last === undefined ? 0 : once ? last + 1 : last
      return Array.from({ length: Math.max(0, inputs.columns - first) }, (_, at) => [...columns, first + at])
    })
    if (level.length + combinations.length > OUTPUTS_MAX) estimator.refuse('degree', `makes more than ${OUTPUTS_MAX} columns`)
    if (degree >= least) combinations.push(...level)
  }
  if (combinations.length === 0) estimator.refuse('degree', 'makes no columns')
  return {
    inputs,
    transform: (frame) => {
      const data = select(frame, inputs)
      const rows = rowsOf(frame, inputs, Float64Array)
      const made = combinations.map((columns) => {
        const column = new Float64Array(frame.rows).fill(1)
        // From the right, as scikit-learn multiplies: another order would round differently.
        for (const one of columns.toReversed()) {
          for (let row = 0; row < frame.rows; row++) column[row] = (column[row] as number) * (rows[row * inputs.columns + one] as number)
        }
        return column
      })
      return { rows: data.length === 0 ? 0 : frame.rows, columns: undefined, data: made }
    },
  }
}

/** Principal components: turned axes. */
export const pca: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const outputs = estimator.array('components_').shape[0] ?? 0
  const components = estimator.numbers('components_', [outputs, inputs.columns])
  const mean = estimator.numbers('mean_', [inputs.columns])
  const turned: Weights = { outputs, columns: inputs.columns, weights: components, added: new Float64Array(outputs) }
  const middle = products(mean, 1, turned)
  const variance = estimator.flag('whiten') ? estimator.numbers('explained_variance_', [outputs]) : undefined
  const scale = variance?.map((value) => Math.max(Math.sqrt(value), 2 ** -52))
  const weights: Weights = { ...turned, added: middle.map((value) => -value) }
  return {
    inputs,
    transform: (frame) => {
      const made = products(rowsOf(frame, inputs, Float64Array), frame.rows, weights)
      if (scale) for (let at = 0; at < made.length; at++) made[at] = (made[at] as number) / (scale[at % outputs] as number)
      return frameOf(frame.rows, outputs, made)
    },
  }
}

export const truncatedSvd: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const outputs = estimator.array('components_').shape[0] ?? 0
  const weights = estimator.numbers('components_', [outputs, inputs.columns])
  const turned: Weights = { outputs, columns: inputs.columns, weights, added: new Float64Array(outputs) }
  return { inputs, transform: (frame) => frameOf(frame.rows, outputs, products(rowsOf(frame, inputs, Float64Array), frame.rows, turned)) }
}

/** Leaves out columns that hardly vary. */
export const varianceThreshold: Compile = (estimator) => {
  const inputs = inputsOf(estimator, true)
  const threshold = estimator.number('threshold')
  const kept = Array.from(estimator.numbersOrNaN('variances_', [inputs.columns]).keys()).filter(
    (column) => (estimator.numbersOrNaN('variances_', [inputs.columns])[column] as number) > threshold,
  )
  return { inputs, transform: (frame) => picked(frame, select(frame, inputs), kept) }
}

/** Keeps the columns with the best scores. */
export const selectKBest: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const scores = estimator.numbersOrNaN('scores_', [inputs.columns]).map((score) => (Number.isNaN(score) ? -Number.MAX_VALUE : score))
  const kept = estimator.any('k') === 'all' ? inputs.columns : estimator.count('k', 0, inputs.columns)
  const best = Array.from(scores.keys())
    .sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b)
    .slice(inputs.columns - kept)
    .sort((a, b) => a - b)
  return { inputs, transform: (frame) => picked(frame, select(frame, inputs), best) }
}

const picked = (frame: Frame, data: Frame['data'], columns: readonly number[]): Frame => ({
  rows: frame.rows,
  columns: undefined,
  data: columns.map((column) => numbers(data[column] ?? [], `column ${column + 1}`)),
})

/** A function transformer without a function: it lets everything pass. With one it is refused where the file is read. */
export const passThrough: Compile = (estimator) => {
  if (estimator.has('func')) estimator.refuse('func', 'is a function: code is not run here')
  const inputs = estimator.has('n_features_in_') ? inputsOf(estimator, true) : { columns: -1, names: undefined, allows_missing: true }
  return { inputs, transform: (frame) => ({ ...frame, columns: undefined }) }
}
