import type { Frame } from '../../backend.ts'
import type { Estimator } from '../estimator.ts'
import { frameOf, type Inputs, rowsOf } from '../matrix.ts'
import { type Compile, type Fitted, inputsOf } from './fitted.ts'

/** A transformer that does the same with each value of a column, and keeps what is missing. */
function eachValue(inputs: Inputs, change: (value: number, column: number) => number): Fitted {
  return {
    inputs,
    transform: (frame) => {
      const rows = rowsOf(frame, inputs, Float64Array)
      for (let at = 0, column = 0; at < rows.length; at++) {
        rows[at] = change(rows[at] as number, column)
        column = column + 1 === inputs.columns ? 0 : column + 1
      }
      return frameOf(frame.rows, inputs.columns, rows)
    },
  }
}

/** One number for each column; undefined where the estimator was told not to use them, or has none. */
function perColumn(estimator: Estimator, attribute: string, columns: number, option?: string): Float64Array | undefined {
  if (option !== undefined && !estimator.flag(option)) return undefined
  return estimator.has(attribute) ? estimator.numbers(attribute, [columns]) : undefined
}

function shiftAndDivide(estimator: Estimator, shift: Float64Array | undefined, scale: Float64Array | undefined, inputs: Inputs): Fitted {
  if (scale?.includes(0)) estimator.refuse('scale_', 'holds a zero')
  return eachValue(inputs, (value, column) => {
    const shifted = shift ? value - (shift[column] as number) : value
    return scale ? shifted / (scale[column] as number) : shifted
  })
}

export const standardScaler: Compile = (estimator) => {
  const inputs = inputsOf(estimator, true)
  const { columns } = inputs
  return shiftAndDivide(
    estimator,
    perColumn(estimator, 'mean_', columns, 'with_mean'),
    perColumn(estimator, 'scale_', columns, 'with_std'),
    inputs,
  )
}

export const robustScaler: Compile = (estimator) => {
  const inputs = inputsOf(estimator, true)
  const { columns } = inputs
  const center = perColumn(estimator, 'center_', columns, 'with_centering')
  return shiftAndDivide(estimator, center, perColumn(estimator, 'scale_', columns, 'with_scaling'), inputs)
}

export const maxAbsScaler: Compile = (estimator) => {
  const inputs = inputsOf(estimator, true)
  return shiftAndDivide(estimator, undefined, estimator.numbers('scale_', [inputs.columns]), inputs)
}

export const minMaxScaler: Compile = (estimator) => {
  const inputs = inputsOf(estimator, true)
  const scale = estimator.numbers('scale_', [inputs.columns])
  const least = estimator.numbers('min_', [inputs.columns])
  const range = estimator.list('feature_range')
  const [from, to] = range as readonly unknown[] as [number, number]
  if (range.length !== 2 || typeof from !== 'number' || typeof to !== 'number') estimator.refuse('feature_range', 'is no range')
  const clips = estimator.flag('clip')
  return eachValue(inputs, (value, column) => {
    const scaled = value * (scale[column] as number) + (least[column] as number)
    return clips ? Math.min(to, Math.max(from, scaled)) : scaled
  })
}

export const binarizer: Compile = (estimator) => {
  const threshold = estimator.number('threshold')
  return eachValue(inputsOf(estimator), (value) => (value > threshold ? 1 : 0))
}

/** Bends each column by a power that was fitted, and scales it afterwards. */
export const powerTransformer: Compile = (estimator) => {
  const inputs = inputsOf(estimator, true)
  const powers = estimator.numbers('lambdas_', [inputs.columns])
  const method = estimator.oneOf('method', ['yeo-johnson', 'box-cox'])
  const scaler = estimator.flag('standardize')
    ? standardScaler(estimator.part('_scaler'), () => estimator.refuse('_scaler', 'is no scaler'))
    : undefined
  const bend = method === 'box-cox' ? boxCox : yeoJohnson
  const bent = eachValue(inputs, (value, column) => bend(value, powers[column] as number))
  const transform = (frame: Frame): Frame => {
    const made = bent.transform?.(frame) ?? frame
    return scaler?.transform?.(made) ?? made
  }
  return { inputs, transform }
}

const boxCox = (value: number, power: number): number => (power === 0 ? Math.log(value) : Math.expm1(power * Math.log(value)) / power)

function yeoJohnson(value: number, power: number): number {
  if (value >= 0) return Math.abs(power) < 2 ** -52 ? Math.log1p(value) : ((value + 1) ** power - 1) / power
  return Math.abs(power - 2) > 2 ** -52 ? -((1 - value) ** (2 - power) - 1) / (2 - power) : -Math.log1p(-value)
}

/** Scales each row to a length of 1. */
export const normalizer: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const norm = estimator.oneOf('norm', ['l1', 'l2', 'max'])
  return {
    inputs,
    transform: (frame) => {
      const rows = rowsOf(frame, inputs, Float64Array)
      for (let row = 0; row < frame.rows; row++) {
        const part = rows.subarray(row * inputs.columns, (row + 1) * inputs.columns)
        const length = lengthOf(part, norm)
        if (length !== 0) for (let at = 0; at < part.length; at++) part[at] = (part[at] as number) / length
      }
      return frameOf(frame.rows, inputs.columns, rows)
    },
  }
}

function lengthOf(row: Float64Array, norm: 'l1' | 'l2' | 'max'): number {
  if (norm === 'max') return row.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  if (norm === 'l1') return row.reduce((sum, value) => sum + Math.abs(value), 0)
  return Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
}
