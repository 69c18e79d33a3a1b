import type { Frame } from '../../backend.ts'
import { NdArray } from '../arrays.ts'
import type { Estimator, Value } from '../estimator.ts'
import { greatest, type Inputs, logistic, rowsOf, softmax, twoClasses } from '../matrix.ts'
import { type Compile, classesOf, type Fitted, inputsOf } from './fitted.ts'

const ACTIVATIONS = ['identity', 'logistic', 'tanh', 'relu'] as const
const BENT: Readonly<Record<(typeof ACTIVATIONS)[number], (value: number) => number>> = {
  identity: (value) => value,
  logistic,
  tanh: Math.tanh,
  relu: (value) => (value > 0 ? value : 0),
}

type Layer = { readonly from: number; readonly to: number; readonly weights: Float64Array; readonly added: Float64Array }

function layersOf(estimator: Estimator, columns: number): readonly Layer[] {
  const weights = estimator.list('coefs_')
  const added = estimator.list('intercepts_')
  if (weights.length === 0 || weights.length !== added.length) estimator.refuse('coefs_', 'does not have the layers of intercepts_')
  let from = columns
  return weights.map((array, at) => {
    const layer = { from, to: sizeOf(array), weights: numbersOf(array), added: numbersOf(added[at] ?? null) }
    const fits = array instanceof NdArray && array.shape[0] === from && array.shape.length === 2 && layer.added.length === layer.to
    if (!fits || layer.to === 0 || ![...layer.weights, ...layer.added].every(Number.isFinite))
      estimator.refuse('coefs_', `has no layer ${at} that fits`)
    from = layer.to
    return layer
  })
}

const sizeOf = (value: Value): number => (value instanceof NdArray ? (value.shape[1] ?? 0) : 0)
const numbersOf = (value: Value): Float64Array => (value instanceof NdArray ? (value.numbers ?? new Float64Array()) : new Float64Array())

function outputsOf(estimator: Estimator, inputs: Inputs): { outputs: number; compute: (frame: Frame) => Float64Array } {
  const layers = layersOf(estimator, inputs.columns)
  const bend = BENT[estimator.oneOf('activation', ACTIVATIONS)]
  const outputs = layers.at(-1)?.to ?? 0
  const compute = (frame: Frame): Float64Array => {
    let values: Float64Array = rowsOf(frame, inputs, Float64Array)
    for (const layer of layers) values = through(layer, values, frame.rows, layer === layers.at(-1) ? undefined : bend)
    return values
  }
  return { outputs, compute }
}

function through(
  { from, to, weights, added }: Layer,
  given: Float64Array,
  rows: number,
  bend: ((value: number) => number) | undefined,
): Float64Array {
  const made = new Float64Array(rows * to)
  for (let row = 0; row < rows; row++) {
    for (let one = 0; one < to; one++) {
      let sum = 0
      for (let at = 0; at < from; at++) sum += (given[row * from + at] as number) * (weights[at * to + one] as number)
      sum += added[one] as number
      made[row * to + one] = bend ? bend(sum) : sum
    }
  }
  return made
}

export const mlpRegressor: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const { outputs, compute } = outputsOf(estimator, inputs)
  const last = estimator.oneOf('out_activation_', ['identity'])
  return { inputs, predict: (frame) => ({ values: compute(frame).map(BENT[last]), columns: outputs }) }
}

export const mlpClassifier: Compile = (estimator): Fitted => {
  const inputs = inputsOf(estimator)
  const classes = classesOf(estimator)
  const { outputs, compute } = outputsOf(estimator, inputs)
  const last = estimator.oneOf('out_activation_', ['softmax', 'logistic'])
  if (outputs !== (last === 'softmax' ? classes.length : 1) || (last === 'logistic' && classes.length !== 2)) {
    estimator.refuse('coefs_', `ends in ${outputs} outputs for ${classes.length} classes`)
  }
  const shares = (frame: Frame): Float64Array => (last === 'softmax' ? softmax(compute(frame), classes.length) : twoClasses(compute(frame)))
  return {
    inputs,
    classes,
    predict: (frame) => greatest(shares(frame), classes),
    predictProba: (frame) => ({ values: shares(frame), columns: classes.length }),
  }
}
