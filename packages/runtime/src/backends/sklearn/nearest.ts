import type { Frame } from '../../backend.ts'
import { NdArray } from '../arrays.ts'
import type { Estimator } from '../estimator.ts'
import { greatest, type Inputs, rowsOf } from '../matrix.ts'
import { type Compile, classesOf, inputsOf } from './fitted.ts'

/** The nearest training rows of a row, nearest first, and how much each counts. */
type Near = { readonly places: Int32Array; readonly weights: Float64Array }
type Distance = (rows: Float64Array, at: number, from: number) => number

/**
 * Finds neighbours by looking at all training rows. Of those at the very same distance the first count: predictions may differ there.
 * Python keeps those that its search comes to first: a tree's leaves are searched the nearest first, in the order in which the tree
 * partitioned the rows; without a tree it computes distances from products of matrices, whose rounding decides.
 */
function neighboursOf(estimator: Estimator, { columns }: Inputs): { known: number; near(rows: Float64Array, at: number): Near } {
  const known = estimator.array('_fit_X').shape[0] ?? 0
  const points = estimator.numbers('_fit_X', [known, columns])
  const count = estimator.count('n_neighbors', 1, known)
  const by_distance = estimator.oneOf('weights', ['uniform', 'distance']) === 'distance'
  const distance = distanceOf(estimator, columns, points)
  return {
    known,
    near(rows, at) {
      const places = new Int32Array(count)
      const weights = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
      for (let point = 0; point < known; point++) {
        const apart = distance(rows, at, point * columns)
        if (!(apart < (weights[count - 1] as number))) continue
        let to = count - 1
        for (; to > 0 && apart < (weights[to - 1] as number); to--) {
          weights[to] = weights[to - 1] as number
          places[to] = places[to - 1] as number
        }
        weights[to] = apart
        places[to] = point
      }
      // Nothing but what lies on the very place counts, where something does.
      const on_it = weights[0] === 0
      for (let one = 0; one < count; one++) {
        const apart = weights[one] as number
        weights[one] = !by_distance ? 1 : on_it ? (apart === 0 ? 1 : 0) : 1 / apart
      }
      return { places, weights }
    },
  }
}

function distanceOf(estimator: Estimator, columns: number, points: Float64Array): Distance {
  const metric = estimator.oneOf('effective_metric_', ['euclidean', 'manhattan', 'chebyshev', 'minkowski'])
  const options = estimator.any('effective_metric_params_')
  const power = metric === 'minkowski' && options instanceof Map ? options.get('p') : 2
  if (typeof power !== 'number' || !(power > 0)) return estimator.refuse('effective_metric_params_', 'has no power')
  if (options instanceof Map && (options.get('w') ?? null) !== null)
    estimator.refuse('effective_metric_params_', 'weighs columns, which is not served')
  const each = (add: (sum: number, apart: number) => number, done: (sum: number) => number): Distance => {
    return (rows, at, from) => {
      let sum = 0
      for (let column = 0; column < columns; column++)
        sum = add(sum, Math.abs((rows[at + column] as number) - (points[from + column] as number)))
      return done(sum)
    }
  }
  if (metric === 'manhattan') return each((sum, apart) => sum + apart, Number)
  if (metric === 'chebyshev') return each(Math.max, Number)
  if (metric === 'euclidean') return each((sum, apart) => sum + apart * apart, Math.sqrt)
  return each(
    (sum, apart) => sum + apart ** power,
    (sum) => sum ** (1 / power),
  )
}

export const neighboursClassifier: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const classes = classesOf(estimator)
  if (estimator.flag('outputs_2d_')) estimator.refuse('outputs_2d_', 'is set: several outputs are not served')
  const { known, near } = neighboursOf(estimator, inputs)
  const labels = estimator.numbers('_y', [known])
  if (!labels.every((label) => Number.isInteger(label) && label >= 0 && label < classes.length))
    estimator.refuse('_y', 'holds what is no class')
  const shares = (frame: Frame): Float64Array => {
    const rows = rowsOf(frame, inputs, Float64Array)
    const made = new Float64Array(frame.rows * classes.length)
    for (let row = 0; row < frame.rows; row++) {
      const { places, weights } = near(rows, row * inputs.columns)
      const own = made.subarray(row * classes.length, (row + 1) * classes.length)
      places.forEach((place, one) => {
        const label = labels[place] as number
        own[label] = (own[label] as number) + (weights[one] as number)
      })
      const sum = own.reduce((all, share) => all + share, 0)
      for (let one = 0; one < own.length; one++) own[one] = (own[one] as number) / (sum === 0 ? 1 : sum)
    }
    return made
  }
  return {
    inputs,
    classes,
    predict: (frame) => greatest(shares(frame), classes),
    predictProba: (frame) => ({ values: shares(frame), columns: classes.length }),
  }
}

export const neighboursRegressor: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const { known, near } = neighboursOf(estimator, inputs)
  const target = estimator.any('_y')
  const is_flat = target instanceof NdArray && target.shape.length === 1
  const outputs = is_flat ? 1 : (estimator.array('_y').shape[1] ?? 0)
  const values = estimator.numbers('_y', is_flat ? [known] : [known, outputs])
  return {
    inputs,
    predict: (frame) => {
      const rows = rowsOf(frame, inputs, Float64Array)
      const made = new Float64Array(frame.rows * outputs)
      for (let row = 0; row < frame.rows; row++) {
        const { places, weights } = near(rows, row * inputs.columns)
        const whole = weights.reduce((all, weight) => all + weight, 0)
        for (let output = 0; output < outputs; output++) {
          let sum = 0
          places.forEach((place, one) => {
            sum += (values[place * outputs + output] as number) * (weights[one] as number)
          })
          made[row * outputs + output] = sum / whole
        }
      }
      return { values: made, columns: outputs }
    },
  }
}
