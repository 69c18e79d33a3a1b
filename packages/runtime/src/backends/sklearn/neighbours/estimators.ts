import type { Frame, Prediction } from '../../../backend.ts'
import { NdArray } from '../../arrays.ts'
import type { Estimator } from '../../estimator.ts'
import { greatest, type Inputs, rowsOf } from '../../matrix.ts'
import { type Compile, classesOf, inputsOf } from '../fitted.ts'
import { type Near, type Search, searchOf } from './search.ts'
import { sumAsNumpy } from './sums.ts'

/** Gives the neighbours of each row of a frame. */
function eachRow(frame: Frame, inputs: Inputs, search: Search, done: (near: Near, row: number) => void): void {
  const rows = rowsOf(frame, inputs, Float64Array)
  for (let row = 0; row < frame.rows; row++) done(search.near(rows, row * inputs.columns), row)
}

export const neighboursClassifier: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const classes = classesOf(estimator)
  if (estimator.flag('outputs_2d_')) estimator.refuse('outputs_2d_', 'is set: several outputs are not served')
  const search = searchOf(estimator, inputs)
  const labels = labelsOf(estimator, search.known, classes.length)
  const own = new Float64Array(search.count)
  /** What the neighbours of each class count together. A prediction adds them as numpy does, probabilities one after another. */
  const predict = (frame: Frame): Prediction => {
    const votes = new Float64Array(frame.rows * classes.length)
    eachRow(frame, inputs, search, ({ places, weights }, row) => {
      for (let one = 0; one < classes.length; one++) {
        for (let at = 0; at < own.length; at++) own[at] = labels[places[at] as number] === one ? (weights[at] as number) : 0
        votes[row * classes.length + one] = sumAsNumpy(own)
      }
    })
    return greatest(votes, classes)
  }
  const predictProba = (frame: Frame): Prediction => {
    const shares = new Float64Array(frame.rows * classes.length)
    eachRow(frame, inputs, search, ({ places, weights }, row) => {
      const from = row * classes.length
      for (let at = 0; at < places.length; at++) {
        const label = from + (labels[places[at] as number] as number)
        shares[label] = (shares[label] as number) + (weights[at] as number)
      }
      const sum = sumAsNumpy(shares, from, classes.length)
      for (let one = from; one < from + classes.length; one++) shares[one] = (shares[one] as number) / (sum === 0 ? 1 : sum)
    })
    return { values: shares, columns: classes.length }
  }
  return { inputs, classes, predict, predictProba }
}

function labelsOf(estimator: Estimator, known: number, classes: number): Float64Array {
  const labels = estimator.numbers('_y', [known])
  return labels.every((label) => Number.isInteger(label) && label >= 0 && label < classes)
    ? labels
    : estimator.refuse('_y', 'holds what is no class')
}

export const neighboursRegressor: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const search = searchOf(estimator, inputs)
  const { known, count } = search
  const target = estimator.any('_y')
  const is_flat = target instanceof NdArray && target.shape.length === 1
  const outputs = is_flat ? 1 : (estimator.array('_y').shape[1] ?? 0)
  const values = estimator.numbers('_y', is_flat ? [known] : [known, outputs])
  const own = new Float64Array(count)
  // The mean of several outputs numpy takes output by output, row after row; all other sums over what lies side by side.
  const is_in_turn = outputs > 1 && estimator.any('weights') === 'uniform'
  return {
    inputs,
    predict: (frame) => {
      const made = new Float64Array(frame.rows * outputs)
      eachRow(frame, inputs, search, ({ places, weights }, row) => {
        const whole = sumAsNumpy(weights)
        for (let output = 0; output < outputs; output++) {
          for (let at = 0; at < count; at++)
            own[at] = (values[(places[at] as number) * outputs + output] as number) * (weights[at] as number)
          made[row * outputs + output] = (is_in_turn ? own.reduce((sum, value) => sum + value, 0) : sumAsNumpy(own)) / whole
        }
      })
      return { values: made, columns: outputs }
    },
  }
}
