import type { Frame, Prediction } from '../../backend.ts'
import { Estimator } from '../estimator.ts'
import { greatest, rowsOf } from '../matrix.ts'
import { type Compile, classesOf, inputsOf } from './fitted.ts'
import { isLeaf, leafOf, readTrees, sumTrees, type Trees } from './trees.ts'

/** The trees of a forest; of a single tree, itself. */
function membersOf(estimator: Estimator): Estimator[] {
  const members = estimator.has('estimators_') ? estimator.list('estimators_') : [estimator]
  if (members.length === 0) estimator.refuse('estimators_', 'is empty')
  return members.map((member) =>
    member instanceof Estimator ? member.part('tree_') : estimator.refuse('estimators_', 'holds what is no tree'),
  )
}

/** Decision trees, random forests and extra trees that predict a class. */
export const treeClassifier: Compile = (estimator) => {
  const inputs = inputsOf(estimator, true)
  const classes = classesOf(estimator)
  const trees = readTrees(membersOf(estimator), inputs.columns, classes.length)
  if (countsRows(estimator)) asShares(trees)
  const shares = (frame: Frame): Float64Array =>
    mean(sumTrees(trees, rowsOf(frame, inputs, Float32Array), frame.rows, inputs.columns), trees)
  return {
    inputs,
    classes,
    predict: (frame) => greatest(shares(frame), classes),
    predictProba: (frame): Prediction => ({ values: shares(frame), columns: classes.length }),
  }
}

/** The same that predict a number, or several. */
export const treeRegressor: Compile = (estimator) => {
  const inputs = inputsOf(estimator, true)
  const outputs = estimator.has('n_outputs_') ? estimator.count('n_outputs_', 1, 10_000) : 1
  const trees = readTrees(membersOf(estimator), inputs.columns, outputs)
  return {
    inputs,
    predict: (frame) => ({
      values: mean(sumTrees(trees, rowsOf(frame, inputs, Float32Array), frame.rows, inputs.columns), trees),
      columns: outputs,
    }),
  }
}

function mean(sums: Float64Array, { roots }: Trees): Float64Array {
  for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] as number) / roots.length
  return sums
}

/** Before scikit-learn 1.3 a leaf held how many rows of each class it had seen, since then their shares. */
function countsRows(estimator: Estimator): boolean {
  const version = estimator.any('_sklearn_version')
  const [, major = '1', minor = '9'] = /^(\d+)\.(\d+)/.exec(typeof version === 'string' ? version : '') ?? []
  return Number(major) === 0 || (Number(major) === 1 && Number(minor) < 3)
}

function asShares({ values, width }: Trees): void {
  for (let at = 0; at < values.length; at += width) {
    let sum = 0
    for (let one = 0; one < width; one++) sum += values[at + one] as number
    for (let one = 0; one < width; one++) values[at + one] = (values[at + one] as number) / (sum === 0 ? 1 : sum)
  }
}

/** How far from the others a row is, by how soon random splits part it from them. */
export const isolationForest: Compile = (estimator) => {
  const inputs = inputsOf(estimator, true)
  const members = membersOf(estimator)
  if (estimator.any('estimators_features_') !== null) {
    for (const columns of estimator.list('estimators_features_')) {
      const given = (columns as { numbers?: Float64Array }).numbers
      if (given?.length !== inputs.columns || !given.every((column, at) => column === at)) {
        estimator.refuse('max_features', 'leaves columns out, which is not served')
      }
    }
  }
  const trees = readTrees(members, inputs.columns, 1)
  const depths = depthsOf(members, trees)
  const usual = members.length * averagePath(estimator.number('_max_samples'))
  const offset = estimator.number('offset_')
  const decision = (frame: Frame): Float64Array => {
    const rows = rowsOf(frame, inputs, Float32Array)
    return Float64Array.from({ length: frame.rows }, (_, row) => {
      let depth = 0
      for (const root of trees.roots) depth += depths[leafOf(trees, root, rows, row * inputs.columns)] as number
      return -(2 ** -(usual === 0 ? 1 : depth / usual)) - offset
    })
  }
  return { inputs, decision, predict: (frame) => ({ values: Array.from(decision(frame), (score) => (score < 0 ? -1 : 1)), columns: 1 }) }
}

/** For each leaf how deep it lies, and how much deeper its rows would if they were parted. */
function depthsOf(members: readonly Estimator[], trees: Trees): Float64Array {
  const samples = members.flatMap((tree) => Array.from(tree.array('nodes').fields?.get('n_node_samples') ?? []))
  const depths = new Float64Array(trees.column.length)
  const levels = new Int32Array(depths.length)
  for (let node = 0; node < levels.length; node++) {
    const level = levels[node] as number
    if (isLeaf(trees, node)) depths[node] = level + averagePath(samples[node] ?? 0)
    else {
      levels[trees.children[2 * node] as number] = level + 1
      levels[trees.children[2 * node + 1] as number] = level + 1
    }
  }
  return depths
}

function averagePath(rows: number): number {
  if (rows <= 1) return 0
  return rows === 2 ? 1 : 2 * (Math.log(rows - 1) + 0.5772156649015329) - (2 * (rows - 1)) / rows
}
