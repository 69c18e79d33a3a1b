import type { Source } from '@millrace/formats'
import type { Backend, Frame, Label, Prediction } from '../../backend.ts'
import { isBooster, isKnownBooster } from '../boosters/estimators.ts'
import { Estimator, refuse, type Value } from '../estimator.ts'
import { compile, isKnownClass } from '../sklearn/registry.ts'
import { CELLS_MAX } from '../sklearn/text.ts'
import { readSkops } from './skops.ts'

/** The backend of a model in a file of skops. @throws Refused, Unreadable */
export function skopsBackend(source: Source): Backend {
  const value = readSkops(source, (name) => isKnownClass(name) || isKnownBooster(name))
  if (!(value instanceof Estimator)) return refuse('the skops file holds no estimator')
  return backendOf(value)
}

/** The backend of an estimator that was read, from whichever file. @throws Refused */
export function backendOf(estimator: Estimator): Backend {
  const { inputs, classes, predict, predictProba, transform } = compile(estimator)
  const rows_max = rowsAtOnce(estimator)
  const call = predict ?? (transform && ((frame: Frame): Prediction => asRows(transform(frame))))
  if (!call) return refuse(`${estimator.name} neither predicts nor transforms`)
  return {
    kind: `${isBooster(estimator.of) ? '' : 'scikit-learn '}${estimator.name}`,
    inputs: inputs.columns > 0 ? inputs.columns : undefined,
    ...(inputs.names && { feature_names: inputs.names }),
    ...(classes && { classes }),
    predict: inParts(call, rows_max),
    ...(predictProba && { predictProba: inParts(predictProba, rows_max) }),
  }
}

type Call = (frame: Frame) => Prediction

/** Calls for so many rows at once, and puts together what comes out. */
function inParts(call: Call, rows_max: number): Call {
  if (rows_max === Number.POSITIVE_INFINITY) return call
  return (frame) => {
    if (frame.rows <= rows_max) return call(frame)
    const parts: Prediction[] = []
    for (let from = 0; from < frame.rows; from += rows_max) {
      const to = Math.min(frame.rows, from + rows_max)
      parts.push(call({ rows: to - from, columns: frame.columns, data: frame.data.map((column) => column.slice(from, to)) }))
    }
    const columns = parts[0]?.columns ?? 1
    const of_numbers = parts.every(({ values }) => values instanceof Float64Array)
    const all = parts.flatMap(({ values }) => Array.from(values as ArrayLike<Label>))
    return { values: of_numbers ? Float64Array.from(all as number[]) : all, columns }
  }
}

/** Words make a column each, of which there may be many thousands: then few rows are worked on at once. */
function rowsAtOnce(value: Value, depth = 0): number {
  if (depth > 60) return Number.POSITIVE_INFINITY
  if (Array.isArray(value))
    return Math.min(Number.POSITIVE_INFINITY, ...(value as readonly Value[]).slice(0, 10_000).map((one) => rowsAtOnce(one, depth + 1)))
  if (!(value instanceof Estimator)) return Number.POSITIVE_INFINITY
  const words = value.any('vocabulary_')
  if (words instanceof Map) return Math.max(1, Math.floor(CELLS_MAX / words.size))
  return Math.min(Number.POSITIVE_INFINITY, ...[...value.state.values()].map((one) => rowsAtOnce(one, depth + 1)))
}

/** What a transformer made, row after row. */
function asRows({ rows, data }: Frame): Prediction {
  const columns = data.length
  const values = new Float64Array(rows * columns)
  data.forEach((column, at) => {
    for (let row = 0; row < rows; row++) {
      const cell = column[row]
      if (typeof cell !== 'number') refuse('the last step of the model makes what are no numbers')
      values[row * columns + at] = cell as number
    }
  })
  return { values, columns }
}
