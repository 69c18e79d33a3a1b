import type { Frame, Prediction } from '../../backend.ts'
import { greatest, rowsOf, softmax } from '../matrix.ts'
import { type Compile, classesOf, inputsOf } from './fitted.ts'
import { products, type Weights } from './linear.ts'

/** The nearest of some centres. */
export const kMeans: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const { columns } = inputs
  const centres = estimator.array('cluster_centers_').shape[0] ?? 0
  const places = estimator.numbers('cluster_centers_', [centres, columns])
  if (centres === 0) estimator.refuse('cluster_centers_', 'is empty')
  const nearest = (rows: Float64Array, at: number): number => {
    let best = 0
    let least = Number.POSITIVE_INFINITY
    for (let centre = 0; centre < centres; centre++) {
      let distance = 0
      for (let column = 0; column < columns; column++) {
        const apart = (rows[at + column] as number) - (places[centre * columns + column] as number)
        distance += apart * apart
      }
      if (distance >= least) continue
      least = distance
      best = centre
    }
    return best
  }
  return {
    inputs,
    predict: (frame): Prediction => {
      const rows = rowsOf(frame, inputs, Float64Array)
      return { values: Float64Array.from({ length: frame.rows }, (_, row) => nearest(rows, row * columns)), columns: 1 }
    },
  }
}

/** Normal distributions, one for each column and class. */
export const gaussianNaiveBayes: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const { columns } = inputs
  const classes = classesOf(estimator)
  const means = estimator.numbers('theta_', [classes.length, columns])
  const variances = estimator.numbers('var_', [classes.length, columns])
  const prior = estimator.numbers('class_prior_', [classes.length])
  if (!variances.every((variance) => variance > 0)) estimator.refuse('var_', 'holds what is no variance')
  const start = prior.map((share, one) => {
    let sum = 0
    for (let column = 0; column < columns; column++) sum += Math.log(2 * Math.PI * (variances[one * columns + column] as number))
    return Math.log(share) - 0.5 * sum
  })
  const likelihoods = (frame: Frame): Float64Array => {
    const rows = rowsOf(frame, inputs, Float64Array)
    return Float64Array.from({ length: frame.rows * classes.length }, (_, at) => {
      const row = Math.floor(at / classes.length)
      const one = at % classes.length
      let sum = 0
      for (let column = 0; column < columns; column++) {
        const apart = (rows[row * columns + column] as number) - (means[one * columns + column] as number)
        sum += (apart * apart) / (variances[one * columns + column] as number)
      }
      return (start[one] as number) - 0.5 * sum
    })
  }
  return {
    inputs,
    classes,
    predict: (frame) => greatest(likelihoods(frame), classes),
    predictProba: (frame) => ({ values: softmax(likelihoods(frame), classes.length), columns: classes.length }),
  }
}

/** Scores that are linear in the columns, of which the greatest wins: linear discriminants. */
export const discriminant: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const classes = classesOf(estimator)
  const outputs = classes.length === 2 ? 1 : classes.length
  const weights: Weights = {
    outputs,
    columns: inputs.columns,
    weights: estimator.numbers('coef_', [outputs, inputs.columns]),
    added: estimator.numbers('intercept_', [outputs]),
  }
  // Of two classes there is the score of the second; the first has none, which is zero.
  const scores = (frame: Frame): Float64Array => {
    const found = products(rowsOf(frame, inputs, Float64Array), frame.rows, weights)
    return outputs > 1 ? found : Float64Array.from({ length: 2 * frame.rows }, (_, at) => (at % 2 === 0 ? 0 : (found[at >> 1] as number)))
  }
  return {
    inputs,
    classes,
    decision: (frame) => products(rowsOf(frame, inputs, Float64Array), frame.rows, weights),
    predict: (frame) => greatest(scores(frame), classes),
    predictProba: (frame) => ({ values: softmax(scores(frame), classes.length), columns: classes.length }),
  }
}
