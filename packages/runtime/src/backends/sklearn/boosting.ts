import type { Frame, Prediction } from '../../backend.ts'
import { Estimator, refuse } from '../estimator.ts'
import { greatest, type Inputs, rowsOf, softmax, twoClasses } from '../matrix.ts'
import { type Compile, classesOf, inputsOf, oneColumn } from './fitted.ts'
import { leafOf, readTrees } from './trees.ts'

const SMALLEST_SHARE = 2 ** -23

/** Gradient boosting's sums: for each row, `groups` numbers. */
function sumsOf(estimator: Estimator, inputs: Inputs, groups: number, start: Float64Array): (frame: Frame) => Float64Array {
  const members = estimator
    .list('estimators_')
    .map((tree) => (tree instanceof Estimator ? tree.part('tree_') : refuse('a tree is missing')))
  if (members.length === 0 || members.length % groups !== 0) estimator.refuse('estimators_', `is not made of rounds of ${groups} trees`)
  const trees = readTrees(members, inputs.columns, 1)
  const rate = estimator.number('learning_rate')
  const steps = trees.values.map((value) => rate * value)
  return (frame) => {
    const rows = rowsOf(frame, inputs, Float32Array)
    const sums = new Float64Array(frame.rows * groups)
    for (let row = 0; row < frame.rows; row++) {
      sums.set(start, row * groups)
      for (let tree = 0; tree < trees.roots.length; tree++) {
        const to = row * groups + (tree % groups)
        const leaf = leafOf(trees, trees.roots[tree] as number, rows, row * inputs.columns)
        sums[to] = (sums[to] as number) + (steps[leaf] as number)
      }
    }
    return sums
  }
}

export const gradientBoostingClassifier: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const classes = classesOf(estimator)
  const groups = classes.length === 2 ? 1 : classes.length
  const loss = estimator.oneOf('loss', ['log_loss', 'exponential', 'deviance'])
  const sums = sumsOf(estimator, inputs, groups, startOfClasses(estimator, groups, loss === 'exponential' ? 0.5 : 1))
  const shares = (frame: Frame): Float64Array => {
    const scores = sums(frame)
    if (groups > 1) return softmax(scores, groups)
    return twoClasses(loss === 'exponential' ? scores.map((score) => 2 * score) : scores)
  }
  return {
    inputs,
    classes,
    decision: sums,
    predict: (frame) => {
      const scores = sums(frame)
      if (groups > 1) return greatest(scores, classes)
      return { values: Array.from(scores, (score) => classes[score >= 0 ? 1 : 0] ?? 0), columns: 1 }
    },
    predictProba: (frame): Prediction => ({ values: shares(frame), columns: classes.length }),
  }
}

/** Where the sums start: at the shares of the classes in the training data, unless it was told to start at zero. */
function startOfClasses(estimator: Estimator, groups: number, factor: number): Float64Array {
  if (estimator.any('init_') === 'zero' || estimator.any('init') === 'zero') return new Float64Array(groups)
  const init = estimator.part('init_')
  if (init.name !== 'DummyClassifier') estimator.refuse('init', `is a ${init.name}, and served is the usual start`)
  const prior = init.numbers('class_prior_', [groups === 1 ? 2 : groups])
  const shares = (groups === 1 ? prior.slice(1) : prior).map((share) => Math.min(1 - SMALLEST_SHARE, Math.max(SMALLEST_SHARE, share)))
  if (groups === 1) return shares.map((share) => factor * Math.log(share / (1 - share)))
  const middle = Math.exp(shares.reduce((sum, share) => sum + Math.log(share), 0) / groups)
  return shares.map((share) => Math.log(share / middle))
}

export const gradientBoostingRegressor: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const sums = sumsOf(estimator, inputs, 1, startOfNumbers(estimator))
  return { inputs, decision: sums, predict: (frame) => oneColumn(sums(frame)) }
}

function startOfNumbers(estimator: Estimator): Float64Array {
  if (estimator.any('init_') === 'zero' || estimator.any('init') === 'zero') return new Float64Array(1)
  const init = estimator.part('init_')
  if (init.name !== 'DummyRegressor') estimator.refuse('init', `is a ${init.name}, and served is the usual start`)
  return init.numbers('constant_', [1, 1])
}
