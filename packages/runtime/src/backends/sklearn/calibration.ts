import type { Frame } from '../../backend.ts'
import { Estimator, type Value } from '../estimator.ts'
import { greatest, logistic } from '../matrix.ts'
import { type Compile, classesOf, type Fitted } from './fitted.ts'

type Calibrate = (score: number) => number

/** Scores or probabilities of members, each bent to how often it was right, and the mean of all. */
export const calibratedClassifier: Compile = (estimator, compile) => {
  const classes = classesOf(estimator)
  const members = estimator.list('calibrated_classifiers_').map((member) => {
    if (!(member instanceof Estimator)) return estimator.refuse('calibrated_classifiers_', 'holds what is no classifier')
    return memberOf(member, compile, classes.length)
  })
  const [first] = members
  if (first === undefined) return estimator.refuse('calibrated_classifiers_', 'is empty')
  const shares = (frame: Frame): Float64Array => {
    const sum = new Float64Array(frame.rows * classes.length)
    for (const { share } of members) {
      const own = share(frame)
      for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] as number) + (own[at] as number)
    }
    return sum.map((all) => all / members.length)
  }
  return {
    inputs: first.inputs,
    classes,
    predict: (frame) => greatest(shares(frame), classes),
    predictProba: (frame) => ({ values: shares(frame), columns: classes.length }),
  }
}

function memberOf(
  member: Estimator,
  compile: (value: Value) => Fitted,
  count: number,
): { inputs: Fitted['inputs']; share(frame: Frame): Float64Array } {
  const { inputs, decision, predictProba, classes } = compile(member.part('estimator'))
  if (classes?.length !== count) member.refuse('estimator', `does not tell ${count} classes`)
  const calibrators = member
    .list('calibrators')
    .map((one) => (one instanceof Estimator ? calibratorOf(one) : member.refuse('calibrators', 'is no list')))
  if (calibrators.length !== (count === 2 ? 1 : count)) member.refuse('calibrators', `has ${calibrators.length} for ${count} classes`)
  const scores = decision ?? (predictProba && secondOf(predictProba, count))
  if (!scores) return member.refuse('estimator', 'has neither scores nor probabilities here')
  const [only] = calibrators as [Calibrate]
  if (count === 2) {
    return {
      inputs,
      share(frame) {
        const found = scores(frame)
        return Float64Array.from({ length: found.length * 2 }, (_, at) => {
          const second = only(found[at >> 1] as number)
          return at % 2 === 1 ? second : 1 - second
        })
      },
    }
  }
  return {
    inputs,
    share: (frame) =>
      asShares(
        scores(frame).map((score, at) => (calibrators[at % count] as Calibrate)(score)),
        count,
      ),
  }
}

/** The probabilities of all classes; of two, the second's alone. */
const secondOf =
  (shares: NonNullable<Fitted['predictProba']>, count: number): ((frame: Frame) => Float64Array) =>
  (frame) => {
    const values = shares(frame).values as Float64Array
    return count === 2 ? values.filter((_, at) => at % 2 === 1) : values
  }

function asShares(values: Float64Array, count: number): Float64Array {
  for (let at = 0; at < values.length; at += count) {
    let sum = 0
    for (let one = 0; one < count; one++) sum += values[at + one] as number
    for (let one = 0; one < count; one++) {
      const share = sum === 0 ? 1 / count : (values[at + one] as number) / sum
      values[at + one] = share > 1 && share <= 1 + 1e-5 ? 1 : share
    }
  }
  return values
}

function calibratorOf(estimator: Estimator): Calibrate {
  if (estimator.name === '_SigmoidCalibration') {
    const slope = estimator.number('a_')
    const shift = estimator.number('b_')
    return (score) => logistic(-(slope * score + shift))
  }
  if (estimator.name === 'IsotonicRegression') return stepsOf(estimator)
  return estimator.refuse('calibrators', 'is calibrated in a way that is not served')
}

/** Lines between points that never fall, or never rise. */
export function stepsOf(estimator: Estimator): Calibrate {
  estimator.oneOf('out_of_bounds', ['clip'])
  const count = estimator.array('X_thresholds_').shape[0] ?? 0
  const from = estimator.numbers('X_thresholds_', [count])
  const to = estimator.numbers('y_thresholds_', [count])
  if (count === 0) estimator.refuse('X_thresholds_', 'is empty')
  for (let at = 1; at < count; at++) {
    if (!((from[at] as number) > (from[at - 1] as number))) estimator.refuse('X_thresholds_', 'does not rise')
  }
  if (count === 1) return () => to[0] as number
  const [least, most] = [estimator.number('X_min_'), estimator.number('X_max_')]
  return (score) => {
    const value = Math.min(Math.max(score, least), most)
    let [low, high] = [0, count]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((from[middle] as number) < value) low = middle + 1
      else high = middle
    }
    const right = Math.min(Math.max(low, 1), count - 1)
    const [x, y] = [from[right - 1] as number, to[right - 1] as number]
    return (((to[right] as number) - y) / ((from[right] as number) - x)) * (value - x) + y
  }
}
