import type { Frame, Label } from '../../backend.ts'
import type { Estimator } from '../estimator.ts'
import { rowsOf } from '../matrix.ts'
import { type Compile, classesOf, inputsOf, oneColumn } from './fitted.ts'

/** How alike two rows are: the one at `at` of `rows`, and the support vector at `from`. */
type Kernel = (rows: Float64Array, at: number, from: number) => number

type Support = { readonly count: number; readonly columns: number; readonly vectors: Float64Array; readonly kernel: Kernel }

function supportOf(estimator: Estimator, columns: number): Support {
  const count = estimator.array('support_vectors_').shape[0] ?? 0
  const vectors = estimator.numbers('support_vectors_', [count, columns])
  return { count, columns, vectors, kernel: kernelOf(estimator, columns, vectors) }
}

function kernelOf(estimator: Estimator, columns: number, vectors: Float64Array): Kernel {
  const name = estimator.oneOf('kernel', ['linear', 'rbf', 'poly', 'sigmoid'])
  const product: Kernel = (rows, at, from) => {
    let sum = 0
    for (let column = 0; column < columns; column++) sum += (rows[at + column] as number) * (vectors[from + column] as number)
    return sum
  }
  if (name === 'linear') return product
  const gamma = estimator.number('_gamma')
  if (!Number.isFinite(gamma)) estimator.refuse('_gamma', 'is no finite number')
  if (name === 'rbf') {
    return (rows, at, from) => {
      let sum = 0
      for (let column = 0; column < columns; column++) {
        const apart = (rows[at + column] as number) - (vectors[from + column] as number)
        sum += apart * apart
      }
      return Math.exp(-gamma * sum)
    }
  }
  const shift = estimator.number('coef0')
  if (name === 'sigmoid') return (rows, at, from) => Math.tanh(gamma * product(rows, at, from) + shift)
  const degree = estimator.count('degree', 0, 1000)
  return (rows, at, from) => power(gamma * product(rows, at, from) + shift, degree)
}

/** By squaring, as libsvm multiplies. */
function power(base: number, times: number): number {
  let [result, square] = [1, base]
  for (let left = times; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square
    square *= square
  }
  return result
}

/** How alike a row is to each support vector. */
function likeness({ count, columns, kernel }: Support, rows: Float64Array, row: number): Float64Array {
  const found = new Float64Array(count)
  for (let one = 0; one < count; one++) found[one] = kernel(rows, row * columns, one * columns)
  return found
}

/** Support vector machines that predict a number. */
export const supportRegressor: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const score = scoresOf(estimator, inputs.columns)
  const decision = (frame: Frame): Float64Array => score(rowsOf(frame, inputs, Float64Array), frame.rows)
  return { inputs, decision, predict: (frame) => oneColumn(decision(frame)) }
}

/** The same that tell what is like the training data (1) from what is not (-1). */
export const oneClass: Compile = (estimator, compile) => {
  const { inputs, decision } = supportRegressor(estimator, compile)
  const scores = decision ?? (() => new Float64Array())
  return { inputs, decision: scores, predict: (frame) => oneColumn(scores(frame).map((score) => (score > 0 ? 1 : -1))) }
}

function scoresOf(estimator: Estimator, columns: number): (rows: Float64Array, count: number) => Float64Array {
  const support = supportOf(estimator, columns)
  const weights = estimator.numbers('_dual_coef_', [1, support.count])
  const added = estimator.numbers('_intercept_', [1])[0] as number
  return (rows, count) =>
    Float64Array.from({ length: count }, (_, row) => {
      const like = likeness(support, rows, row)
      let sum = 0
      for (let one = 0; one < support.count; one++) sum += (weights[one] as number) * (like[one] as number)
      return sum + added
    })
}

/** Support vector machines that predict a class: one machine for each pair of classes, which vote. */
export const supportClassifier: Compile = (estimator) => {
  const inputs = inputsOf(estimator)
  const classes = classesOf(estimator)
  const pairs = machinesOf(estimator, inputs.columns, classes.length)
  const machines = (classes.length * (classes.length - 1)) / 2
  const all = (frame: Frame): Float64Array => pairs(rowsOf(frame, inputs, Float64Array), frame.rows)
  const decision = (frame: Frame): Float64Array => scoresOfClasses(all(frame), classes.length)
  const breaks_ties = estimator.flag('break_ties') && estimator.any('decision_function_shape') === 'ovr' && classes.length > 2
  const probabilities = estimator.any('probability') === true ? plattOf(estimator, classes.length, machines) : undefined
  return {
    inputs,
    classes,
    ...(estimator.any('decision_function_shape') === 'ovr' || classes.length === 2 ? { decision } : {}),
    predict: (frame) => ({ values: breaks_ties ? byScore(decision(frame), classes) : byVotes(all(frame), classes), columns: 1 }),
    ...(probabilities && { predictProba: (frame: Frame) => ({ values: probabilities(all(frame)), columns: classes.length }) }),
  }
}

/** What each pair's machine says of each row: over zero is the first of the pair. */
function machinesOf(estimator: Estimator, columns: number, classes: number): (rows: Float64Array, count: number) => Float64Array {
  if (classes < 2) estimator.refuse('classes_', 'has less than two classes')
  const support = supportOf(estimator, columns)
  const weights = estimator.numbers('_dual_coef_', [classes - 1, support.count])
  const machines = (classes * (classes - 1)) / 2
  const added = estimator.numbers('_intercept_', [machines])
  const sizes = estimator.numbers('_n_support', [classes])
  const starts = new Int32Array(classes + 1)
  for (let one = 0; one < classes; one++) {
    const size = sizes[one] as number
    if (!(Number.isInteger(size) && size >= 0)) estimator.refuse('_n_support', 'holds what is no count')
    starts[one + 1] = (starts[one] as number) + size
  }
  if (starts[classes] !== support.count) estimator.refuse('_n_support', `does not sum to ${support.count}`)
  return (rows, count) => {
    const made = new Float64Array(count * machines)
    for (let row = 0, to = 0; row < count; row++) {
      const like = likeness(support, rows, row)
      const part = (of: number, by: number): number => {
        let sum = 0
        for (let one = starts[of] as number; one < (starts[of + 1] as number); one++) {
          sum += (weights[by * support.count + one] as number) * (like[one] as number)
        }
        return sum
      }
      for (let first = 0, machine = 0; first < classes; first++) {
        for (let second = first + 1; second < classes; second++, machine++) {
          made[to++] = part(first, second - 1) + part(second, first) + (added[machine] as number)
        }
      }
    }
    return made
  }
}

function byVotes(pairs: Float64Array, classes: readonly Label[]): Label[] {
  const count = classes.length
  const machines = (count * (count - 1)) / 2
  return Array.from({ length: pairs.length / machines }, (_, row) => {
    const votes = new Int32Array(count)
    for (let first = 0, at = row * machines; first < count; first++) {
      for (let second = first + 1; second < count; second++, at++) {
        const winner = (pairs[at] as number) > 0 ? first : second
        votes[winner] = (votes[winner] as number) + 1
      }
    }
    return classes[votes.indexOf(Math.max(...votes))] as Label
  })
}

function byScore(scores: Float64Array, classes: readonly Label[]): Label[] {
  return Array.from({ length: scores.length / classes.length }, (_, row) => {
    const own = scores.subarray(row * classes.length, (row + 1) * classes.length)
    return classes[own.indexOf(Math.max(...own))] as Label
  })
}

/** A score for each class from those of the pairs: votes, and less than half a vote for how sure they are. Of two classes, the second's. */
function scoresOfClasses(pairs: Float64Array, classes: number): Float64Array {
  if (classes === 2) return pairs.map((score) => -score)
  const machines = (classes * (classes - 1)) / 2
  const made = new Float64Array((pairs.length / machines) * classes)
  const sure = new Float64Array(made.length)
  for (let row = 0, at = 0; row * machines < pairs.length; row++) {
    for (let first = 0; first < classes; first++) {
      for (let second = first + 1; second < classes; second++, at++) {
        const score = pairs[at] as number
        const winner = row * classes + (score < 0 ? second : first)
        made[winner] = (made[winner] as number) + 1
        sure[row * classes + first] = (sure[row * classes + first] as number) + score
        sure[row * classes + second] = (sure[row * classes + second] as number) - score
      }
    }
  }
  return made.map((votes, at) => votes + (sure[at] as number) / (3 * (Math.abs(sure[at] as number) + 1)))
}

const SHARE_MIN = 1e-7

/** Platt's probabilities of each pair, coupled to those of all classes by the iteration that libsvm stops early. */
function plattOf(estimator: Estimator, classes: number, machines: number): (pairs: Float64Array) => Float64Array {
  const slopes = estimator.numbers('_probA', [machines])
  const shifts = estimator.numbers('_probB', [machines])
  return (pairs) => {
    const made = new Float64Array((pairs.length / machines) * classes)
    const between = new Float64Array(classes * classes)
    for (let row = 0, at = 0; row * machines < pairs.length; row++) {
      for (let first = 0, machine = 0; first < classes; first++) {
        for (let second = first + 1; second < classes; second++, machine++, at++) {
          const power = (pairs[at] as number) * (slopes[machine] as number) + (shifts[machine] as number)
          const share = power >= 0 ? Math.exp(-power) / (1 + Math.exp(-power)) : 1 / (1 + Math.exp(power))
          const kept = Math.min(Math.max(share, SHARE_MIN), 1 - SHARE_MIN)
          between[first * classes + second] = kept
          between[second * classes + first] = 1 - kept
        }
      }
      made.set(coupled(between, classes), row * classes)
    }
    return made
  }
}

/** The probabilities of classes that fit best to those of pairs (Wu, Lin and Weng 2004, the second method). */
function coupled(between: Float64Array, count: number): Float64Array {
  const shares = new Float64Array(count).fill(1 / count)
  const squares = new Float64Array(count * count)
  for (let one = 0; one < count; one++) {
    for (let other = 0; other < count; other++) {
      if (other === one) continue
      const back = between[other * count + one] as number
      squares[one * count + one] = (squares[one * count + one] as number) + back * back
      squares[one * count + other] =
        other < one ? (squares[other * count + one] as number) : -back * (between[one * count + other] as number)
    }
  }
  const products = new Float64Array(count)
  for (let round = 0; round < Math.max(100, count); round++) {
    let whole = 0
    for (let one = 0; one < count; one++) {
      let sum = 0
      for (let other = 0; other < count; other++) sum += (squares[one * count + other] as number) * (shares[other] as number)
      products[one] = sum
      whole += (shares[one] as number) * sum
    }
    const sum = whole
    if (products.every((product) => Math.abs(product - sum) < 0.005 / count)) break
    for (let one = 0; one < count; one++) {
      const own = squares[one * count + one] as number
      const step = (whole - (products[one] as number)) / own
      shares[one] = (shares[one] as number) + step
      whole = (whole + step * (step * own + 2 * (products[one] as number))) / (1 + step) / (1 + step)
      for (let other = 0; other < count; other++) {
        products[other] = ((products[other] as number) + step * (squares[one * count + other] as number)) / (1 + step)
        shares[other] = (shares[other] as number) / (1 + step)
      }
    }
  }
  return shares
}
