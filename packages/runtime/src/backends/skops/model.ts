import type { Source } from '@millrace/formats'
import type { Backend, Frame, Prediction } from '../../backend.ts'
import { isBooster, isKnownBooster } from '../boosters/estimators.ts'
import { Estimator, refuse } from '../estimator.ts'
import { compile, isKnownClass } from '../sklearn/registry.ts'
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
  const call = predict ?? (transform && ((frame: Frame): Prediction => asRows(transform(frame))))
  if (!call) return refuse(`${estimator.name} neither predicts nor transforms`)
  return {
    kind: `${isBooster(estimator.of) ? '' : 'scikit-learn '}${estimator.name}`,
    inputs: inputs.columns > 0 ? inputs.columns : undefined,
    ...(inputs.names && { feature_names: inputs.names }),
    ...(classes && { classes }),
    predict: call,
    ...(predictProba && { predictProba }),
  }
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
