import type { Frame, Prediction } from '../../backend.ts'
import { Estimator, refuse } from '../estimator.ts'
import { greatest, type Inputs, rowsOf, softmax, twoClasses } from '../matrix.ts'
import { type Compile, classesOf, inputsOf, oneColumn } from './fitted.ts'
import { checkNode } from './trees.ts'

type Histograms = {
  readonly roots: Int32Array
  readonly feature: Int32Array
  readonly threshold: Float64Array
  readonly left: Int32Array
  readonly right: Int32Array
  readonly missing_left: Uint8Array
  readonly value: Float64Array
}

const FIELDS = ['left', 'right', 'feature_idx', 'num_threshold', 'missing_go_to_left', 'value', 'is_leaf', 'is_categorical'] as const

/** Reads `_predictors`: rounds of `groups` trees each, one after the other. */
function readHistograms(estimator: Estimator, columns: number, groups: number): Histograms {
  if (estimator.has('is_categorical_')) estimator.refuse('categorical_features', 'is set: splits by category are not served yet')
  const rounds = estimator.list('_predictors')
  const tables = rounds.flatMap((round) => {
    if (!Array.isArray(round) || round.length !== groups) return estimator.refuse('_predictors', `is not made of rounds of ${groups} trees`)
    return (round as readonly unknown[]).map((tree) => (tree instanceof Estimator ? fieldsOf(tree) : refuse('a tree is missing')))
  })
  const count = tables.reduce((all, { value }) => all + value.length, 0)
  const all: Histograms = {
    roots: new Int32Array(tables.length),
    feature: new Int32Array(count),
    threshold: new Float64Array(count),
    left: new Int32Array(count),
    right: new Int32Array(count),
    missing_left: new Uint8Array(count),
    value: new Float64Array(count),
  }
  let at = 0
  tables.forEach((table, index) => {
    all.roots[index] = at
    const { left, right, feature_idx: feature, num_threshold: threshold } = table
    const size = table.value.length
    for (let node = 0; node < size; node++) {
      if (!Number.isFinite(table.value[node])) refuse(`node ${node} of a tree has no value`)
      all.value[at + node] = table.value[node] as number
      all.feature[at + node] = -1
      if (table.is_leaf[node] !== 0) continue
      if (table.is_categorical[node] !== 0) refuse(`node ${node} of a tree splits by category, which is not served yet`)
      checkNode(node, size, columns, { left, right, feature, threshold })
      all.feature[at + node] = feature[node] as number
      all.threshold[at + node] = threshold[node] as number
      all.left[at + node] = at + (left[node] as number)
      all.right[at + node] = at + (right[node] as number)
      all.missing_left[at + node] = table.missing_go_to_left[node] as number
    }
    at += size
  })
  return all
}

function fieldsOf(tree: Estimator): Record<(typeof FIELDS)[number], Float64Array> {
  const { fields, shape } = tree.array('nodes')
  if (shape.length !== 1 || shape[0] === 0) tree.refuse('nodes', 'is no table of nodes')
  const found = FIELDS.map((name) => [name, fields?.get(name) ?? tree.refuse('nodes', `has no ${name}`)] as const)
  return Object.fromEntries(found) as Record<(typeof FIELDS)[number], Float64Array>
}

function sumsOf(estimator: Estimator, inputs: Inputs, groups: number): (frame: Frame) => Float64Array {
  const { roots, feature, threshold, left, right, missing_left, value } = readHistograms(estimator, inputs.columns, groups)
  const start = estimator.numbers('_baseline_prediction', [1, groups])
  return (frame) => {
    const rows = rowsOf(frame, inputs, Float64Array)
    const sums = new Float64Array(frame.rows * groups)
    for (let row = 0; row < frame.rows; row++) {
      const at = row * inputs.columns
      sums.set(start, row * groups)
      for (let tree = 0; tree < roots.length; tree++) {
        let node = roots[tree] as number
        for (let column = feature[node] as number; column >= 0; column = feature[node] as number) {
          const given = rows[at + column] as number
          const goes_left = given <= (threshold[node] as number) || (Number.isNaN(given) && missing_left[node] === 1)
          node = (goes_left ? left[node] : right[node]) as number
        }
        const to = row * groups + (tree % groups)
        sums[to] = (sums[to] as number) + (value[node] as number)
      }
    }
    return sums
  }
}

export const histBoostingClassifier: Compile = (estimator) => {
  const inputs = inputsOf(estimator, true)
  const classes = classesOf(estimator)
  const groups = classes.length === 2 ? 1 : classes.length
  const sums = sumsOf(estimator, inputs, groups)
  return {
    inputs,
    classes,
    decision: sums,
    predict: (frame) => {
      const scores = sums(frame)
      if (groups > 1) return greatest(scores, classes)
      return { values: Array.from(scores, (score) => classes[score > 0 ? 1 : 0] ?? 0), columns: 1 }
    },
    predictProba: (frame): Prediction => {
      const scores = sums(frame)
      return { values: groups > 1 ? softmax(scores, groups) : twoClasses(scores), columns: classes.length }
    },
  }
}

export const histBoostingRegressor: Compile = (estimator) => {
  const inputs = inputsOf(estimator, true)
  const sums = sumsOf(estimator, inputs, 1)
  const loss = estimator.oneOf('loss', ['squared_error', 'absolute_error', 'quantile', 'poisson', 'gamma'])
  const of_powers = loss === 'poisson' || loss === 'gamma'
  return { inputs, decision: sums, predict: (frame) => oneColumn(of_powers ? sums(frame).map(Math.exp) : sums(frame)) }
}
