import { type Frame, InputProblem } from '../../backend.ts'
import { NdArray } from '../arrays.ts'
import type { Estimator } from '../estimator.ts'
import { greatest, type Inputs, rowsOf, softmax } from '../matrix.ts'
import { type Compile, classesOf, type Fitted, inputsOf } from './fitted.ts'
import { products, type Weights } from './linear.ts'

/** Naive Bayes whose log probabilities are linear in the columns. */
function linearBayes(
  estimator: Estimator,
  more: (inputs: Inputs, weights: Weights) => { weights: Weights; cell?(value: number): number },
): Fitted {
  const inputs = inputsOf(estimator)
  const classes = classesOf(estimator)
  const { columns } = inputs
  const outputs = classes.length
  const { weights, cell } = more(inputs, {
    outputs,
    columns,
    weights: estimator.numbers('feature_log_prob_', [outputs, columns]),
    added: estimator.numbers('class_log_prior_', [outputs]),
  })
  const scores = (frame: Frame): Float64Array => {
    const rows = rowsOf(frame, inputs, Float64Array)
    return products(cell ? rows.map(cell) : rows, frame.rows, weights)
  }
  return {
    inputs,
    classes,
    predict: (frame) => greatest(scores(frame), classes),
    predictProba: (frame) => ({ values: softmax(scores(frame), outputs), columns: outputs }),
  }
}

export const multinomialNaiveBayes: Compile = (estimator) => linearBayes(estimator, (_, weights) => ({ weights }))

export const complementNaiveBayes: Compile = (estimator) =>
  linearBayes(estimator, (_, weights) => ({
    weights: weights.outputs === 1 ? weights : { ...weights, added: new Float64Array(weights.outputs) },
  }))

export const bernoulliNaiveBayes: Compile = (estimator) =>
  linearBayes(estimator, ({ columns }, { outputs, weights, added }) => {
    const absent = weights.map((present) => Math.log(1 - Math.exp(present)))
    if (!absent.every(Number.isFinite)) estimator.refuse('feature_log_prob_', 'holds what is no log probability')
    const start = added.map((prior, one) => prior + absent.subarray(one * columns, (one + 1) * columns).reduce((sum, log) => sum + log, 0))
    const turned = weights.map((present, at) => present - (absent[at] as number))
    const threshold = estimator.has('binarize') ? estimator.number('binarize') : undefined
    return {
      weights: { outputs, columns, weights: turned, added: start },
      ...(threshold !== undefined && { cell: (value: number) => (value > threshold ? 1 : 0) }),
    }
  })

/** Naive Bayes of categories by number. */
export const categoricalNaiveBayes: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const classes = classesOf(estimator)
  const prior = estimator.numbers('class_log_prior_', [classes.length])
  const tables = estimator.list('feature_log_prob_').map((table) => {
    if (table instanceof NdArray && table.numbers && table.shape.length === 2 && table.shape[0] === classes.length) {
      return { logs: table.numbers, categories: table.shape[1] ?? 0 }
    }
    return estimator.refuse('feature_log_prob_', 'holds what is no table of classes and categories')
  })
  if (tables.length !== inputs.columns) estimator.refuse('feature_log_prob_', `has ${tables.length} tables for ${inputs.columns} columns`)
  const scores = (frame: Frame): Float64Array => {
    const rows = rowsOf(frame, inputs, Float64Array)
    const made = new Float64Array(frame.rows * classes.length)
    for (let row = 0; row < frame.rows; row++) {
      tables.forEach(({ logs, categories }, column) => {
        const category = Math.trunc(rows[row * inputs.columns + column] as number)
        if (!(category >= 0 && category < categories)) {
          throw new InputProblem(
            `row ${row + 1} of column ${column + 1} is the category ${category}, and the model knows 0 to ${categories - 1}`,
          )
        }
        for (let one = 0; one < classes.length; one++) {
          const at = row * classes.length + one
          made[at] = (made[at] as number) + (logs[one * categories + category] as number)
        }
      })
    }
    return made.map((sum, at) => sum + (prior[at % classes.length] as number))
  }
  return {
    inputs,
    classes,
    predict: (frame) => greatest(scores(frame), classes),
    predictProba: (frame) => ({ values: softmax(scores(frame), classes.length), columns: classes.length }),
  }
}
