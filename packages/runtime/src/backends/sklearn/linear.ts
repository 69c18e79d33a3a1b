import type { Frame, Label, Prediction } from '../../backend.ts'
import { NdArray } from '../arrays.ts'
import type { Estimator } from '../estimator.ts'
import { greatest, type Inputs, logistic, rowsOf, softmax, twoClasses } from '../matrix.ts'
import { type Compile, classesOf, type Fitted, inputsOf, oneColumn } from './fitted.ts'

/** Weights of each output for each column, and what is added. */
export type Weights = { readonly outputs: number; readonly columns: number; readonly weights: Float64Array; readonly added: Float64Array }

/** Each row's product with the weights. */
export function products(rows: Float64Array, count: number, { outputs, columns, weights, added }: Weights): Float64Array {
  const made = new Float64Array(count * outputs)
  for (let row = 0; row < count; row++) {
    for (let output = 0; output < outputs; output++) {
      let sum = 0
      const at = row * columns
      const from = output * columns
      for (let column = 0; column < columns; column++) sum += (rows[at + column] as number) * (weights[from + column] as number)
      made[row * outputs + output] = sum + (added[output] as number)
    }
  }
  return made
}

/** `coef_` and `intercept_`, whichever of their shapes they have. */
export function weightsOf(estimator: Estimator, columns: number): Weights {
  const { shape } = estimator.array('coef_')
  const outputs = shape.length === 1 ? 1 : (shape[0] ?? 0)
  const weights = estimator.numbers('coef_', shape.length === 1 ? [columns] : [-1, columns])
  return { outputs, columns, weights, added: addedOf(estimator, outputs) }
}

function addedOf(estimator: Estimator, outputs: number): Float64Array {
  const value = estimator.any('intercept_')
  if (typeof value === 'number' || !(value instanceof NdArray) || value.shape.length === 0)
    return new Float64Array(outputs).fill(estimator.number('intercept_'))
  return estimator.numbers('intercept_', [outputs])
}

/** Linear models that predict numbers. */
export const linearRegressor: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const weights = weightsOf(estimator, inputs.columns)
  const decision = (frame: Frame): Float64Array => products(rowsOf(frame, inputs, Float64Array), frame.rows, weights)
  return { inputs, decision, predict: (frame) => ({ values: decision(frame), columns: weights.outputs }) }
}

/** Linear models of a mean that is never negative: the exponential of what is linear. */
export const logLinkRegressor: Compile = (estimator, compile) => {
  if (estimator.name === 'TweedieRegressor') {
    const link = estimator.oneOf('link', ['auto', 'identity', 'log'])
    if (link === 'identity' || (link === 'auto' && estimator.number('power') <= 0)) return linearRegressor(estimator, compile)
  }
  const linear = linearRegressor(estimator, compile)
  return { ...linear, predict: (frame) => oneColumn((linear.decision?.(frame) ?? new Float64Array()).map(Math.exp)) }
}

type Share = (scores: Float64Array) => Float64Array

/** Linear models that predict classes, from what they score and how scores become probabilities. */
function linearClassifier(estimator: Estimator, probabilities: (classes: readonly Label[]) => Share | undefined): Fitted {
  const inputs = inputsOf(estimator)
  const classes = classesOf(estimator)
  const weights = weightsOf(estimator, inputs.columns)
  if (weights.outputs !== (classes.length === 2 ? 1 : classes.length) || classes.length < 2) {
    estimator.refuse('coef_', `has ${weights.outputs} rows for ${classes.length} classes`)
  }
  const decision = (frame: Frame): Float64Array => products(rowsOf(frame, inputs, Float64Array), frame.rows, weights)
  const share = probabilities(classes)
  return {
    inputs,
    classes,
    decision,
    predict: (frame) => byScores(decision(frame), classes),
    ...(share && { predictProba: (frame: Frame): Prediction => ({ values: share(decision(frame)), columns: classes.length }) }),
  }
}

/** The class of each row: by the sign of its score where there are two, else by the greatest. */
export function byScores(scores: Float64Array, classes: readonly Label[]): Prediction {
  if (classes.length !== 2) return greatest(scores, classes)
  return { values: Array.from(scores, (score) => classes[score > 0 ? 1 : 0] as Label), columns: 1 }
}

export const logisticRegression: Compile = (estimator) =>
  linearClassifier(estimator, (classes) => {
    // Until scikit-learn 1.7 a model of several classes could be one model for each class, or of two classes a multinomial one.
    const multi_class = estimator.any('multi_class')
    const asked = typeof multi_class === 'string' ? multi_class : 'auto'
    const liblinear = estimator.any('solver') === 'liblinear' && estimator.has('multi_class')
    const one_each = asked === 'ovr' || (asked !== 'multinomial' && liblinear)
    if (classes.length > 2) return one_each ? (scores) => oneForEach(scores, classes.length) : (scores) => softmax(scores, classes.length)
    return asked === 'multinomial' ? (scores) => twoClasses(scores.map((score) => 2 * score)) : (scores) => twoClasses(scores)
  })

/** Each class's own probability, as a share of all. */
export function oneForEach(scores: Float64Array, count: number, probability: (score: number) => number = logistic): Float64Array {
  for (let at = 0; at < scores.length; at += count) {
    let sum = 0
    for (let one = 0; one < count; one++) sum += scores[at + one] = probability(scores[at + one] as number)
    for (let one = 0; one < count; one++) scores[at + one] = sum === 0 ? 1 / count : (scores[at + one] as number) / sum
  }
  return scores
}

export const sgdClassifier: Compile = (estimator) =>
  linearClassifier(estimator, (classes) => {
    const loss = estimator.text('loss')
    if (loss !== 'log_loss' && loss !== 'log' && loss !== 'modified_huber') return undefined
    const probability = loss === 'modified_huber' ? (score: number): number => (Math.max(-1, Math.min(1, score)) + 1) / 2 : logistic
    return (scores) => (classes.length === 2 ? twoClasses(scores, probability) : oneForEach(scores, classes.length, probability))
  })

/** Linear models that predict classes and no probabilities. */
export const marginClassifier: Compile = (estimator) => linearClassifier(estimator, () => undefined)

/** Ridge for classes keeps them in the binarizer that it was fitted with. */
export const ridgeClassifier: Compile = (estimator) => {
  const binarizer = estimator.part('_label_binarizer')
  if (binarizer.text('y_type_') !== 'binary' && binarizer.text('y_type_') !== 'multiclass')
    binarizer.refuse('y_type_', 'is neither binary nor multiclass')
  const inputs: Inputs = inputsOf(estimator)
  const classes = classesOf(binarizer)
  const weights = weightsOf(estimator, inputs.columns)
  if (weights.outputs !== (classes.length === 2 ? 1 : classes.length))
    estimator.refuse('coef_', `has ${weights.outputs} rows for ${classes.length} classes`)
  const decision = (frame: Frame): Float64Array => products(rowsOf(frame, inputs, Float64Array), frame.rows, weights)
  return { inputs, classes, decision, predict: (frame) => byScores(decision(frame), classes) }
}
