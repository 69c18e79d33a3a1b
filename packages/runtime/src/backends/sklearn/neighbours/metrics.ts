import type { Estimator } from '../../estimator.ts'

/**
 * How far two places are apart. Searching compares a form of the distance that is cheaper, and orders places as the distance does: for
 * Euclid's its square.
 */
export type Metric = {
  compared(a: Float64Array, at: number, b: Float64Array, from: number): number
  distanceOf(compared: number): number
  comparedOf(distance: number): number
}

const asIs = (value: number): number => value

/** The metric that a neighbours' estimator was fitted with. @throws Refused */
export function metricOf(estimator: Estimator, columns: number): Metric {
  const name = estimator.oneOf('effective_metric_', ['euclidean', 'manhattan', 'chebyshev', 'minkowski'])
  const options = estimator.any('effective_metric_params_')
  const power = name === 'minkowski' && options instanceof Map ? options.get('p') : 2
  if (typeof power !== 'number' || !(power > 0)) return estimator.refuse('effective_metric_params_', 'has no power')
  if (options instanceof Map && (options.get('w') ?? null) !== null)
    estimator.refuse('effective_metric_params_', 'weighs columns, which is not served')
  if (name === 'manhattan') return { compared: sumOf(columns), distanceOf: asIs, comparedOf: asIs }
  if (name === 'chebyshev') return { compared: greatestOf(columns), distanceOf: asIs, comparedOf: asIs }
  if (name === 'euclidean') return { compared: squaresOf(columns), distanceOf: Math.sqrt, comparedOf: (distance) => distance * distance }
  return {
    compared: powersOf(columns, power),
    distanceOf: (compared) => compared ** (1 / power),
    comparedOf: (distance) => distance ** power,
  }
}

function squaresOf(columns: number): Metric['compared'] {
  return (a, at, b, from) => {
    let sum = 0
    for (let column = 0; column < columns; column++) {
      const apart = (a[at + column] as number) - (b[from + column] as number)
      sum += apart * apart
    }
    return sum
  }
}

function sumOf(columns: number): Metric['compared'] {
  return (a, at, b, from) => {
    let sum = 0
    for (let column = 0; column < columns; column++) sum += Math.abs((a[at + column] as number) - (b[from + column] as number))
    return sum
  }
}

function greatestOf(columns: number): Metric['compared'] {
  return (a, at, b, from) => {
    let most = 0
    for (let column = 0; column < columns; column++)
      most = Math.max(most, Math.abs((a[at + column] as number) - (b[from + column] as number)))
    return most
  }
}

function powersOf(columns: number, power: number): Metric['compared'] {
  return (a, at, b, from) => {
    let sum = 0
    for (let column = 0; column < columns; column++) sum += Math.abs((a[at + column] as number) - (b[from + column] as number)) ** power
    return sum
  }
}
