import type { Frame, Label, Prediction } from '../../backend.ts'
import type { Estimator, Value } from '../estimator.ts'
import { frameOf, greatest, type Inputs, numbers, select } from '../matrix.ts'
import { type Compile, classesOf, type Fitted, oneColumn } from './fitted.ts'

/** The fitted members of an estimator, as functions. */
function membersOf(estimator: Estimator, compile: (value: Value) => Fitted): readonly Fitted[] {
  const members = estimator.list('estimators_')
  return members.length > 0 ? members.map(compile) : estimator.refuse('estimators_', 'is empty')
}

/** What the members take; the whole may know names that they don't. */
function inputsOfAll(estimator: Estimator, members: readonly Fitted[]): Inputs {
  const inputs = (members[0] as Fitted).inputs
  if (!estimator.has('feature_names_in_')) return inputs
  const names = estimator.list('feature_names_in_')
  return names.every((name) => typeof name === 'string')
    ? { ...inputs, columns: names.length, names: names as string[] }
    : estimator.refuse('feature_names_in_', 'holds what is no name')
}

/** How much each member counts. Those of members that were left out are left out. */
function weightsOf(estimator: Estimator, count: number): Float64Array {
  if (!estimator.has('weights')) return new Float64Array(count).fill(1)
  const given = estimator.list('estimators')
  const kept = estimator.list('weights').filter((_, at) => {
    const pair = given[at]
    return !(Array.isArray(pair) && pair[1] === 'drop')
  })
  if (kept.length !== count || !kept.every((weight) => typeof weight === 'number' && weight >= 0)) {
    return estimator.refuse('weights', `does not have ${count} weights`)
  }
  return Float64Array.from(kept as number[])
}

/** The mean of what members say, each with its weight. */
function mean(all: readonly Float64Array[], weights: Float64Array): Float64Array {
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  return Float64Array.from(all[0] ?? [], (_, at) => {
    let sum = 0
    for (let one = 0; one < all.length; one++) sum += ((all[one] as Float64Array)[at] as number) * (weights[one] as number)
    return sum / whole
  })
}

const needs = <Method>(method: Method | undefined, estimator: Estimator, name: string): Method =>
  method ?? estimator.refuse('estimators_', `holds a member without ${name} here`)

const asNumbers = ({ values }: Prediction, estimator: Estimator): Float64Array =>
  values instanceof Float64Array
    ? values
    : Float64Array.from(values, (value) =>
        typeof value === 'number' ? value : estimator.refuse('estimators_', 'predicts what is no number'),
      )

export const votingRegressor: Compile = (estimator, compile) => {
  const members = membersOf(estimator, compile)
  const weights = weightsOf(estimator, members.length)
  const predicts = members.map(({ predict }) => needs(predict, estimator, 'predict'))
  return {
    inputs: inputsOfAll(estimator, members),
    predict: (frame) =>
      oneColumn(
        mean(
          predicts.map((predict) => asNumbers(predict(frame), estimator)),
          weights,
        ),
      ),
  }
}

/** Members that were trained with the places of classes in place of classes, and vote. */
export const votingClassifier: Compile = (estimator, compile) => {
  const members = membersOf(estimator, compile)
  const classes = classesOf(estimator)
  const weights = weightsOf(estimator, members.length)
  const inputs = inputsOfAll(estimator, members)
  if (estimator.oneOf('voting', ['soft', 'hard']) === 'hard') {
    const predicts = members.map(({ predict }) => needs(predict, estimator, 'predict'))
    return { inputs, classes, predict: (frame) => greatest(votesOf(predicts, frame, weights, classes.length, estimator), classes) }
  }
  const shares = members.map(({ predictProba, classes: own }) => {
    if (own?.length !== classes.length) estimator.refuse('estimators_', 'holds a member of other classes')
    return needs(predictProba, estimator, 'predict_proba')
  })
  const all = (frame: Frame): Float64Array =>
    mean(
      shares.map((share) => share(frame).values as Float64Array),
      weights,
    )
  return {
    inputs,
    classes,
    predict: (frame) => greatest(all(frame), classes),
    predictProba: (frame) => ({ values: all(frame), columns: classes.length }),
  }
}

function votesOf(
  predicts: readonly ((frame: Frame) => Prediction)[],
  frame: Frame,
  weights: Float64Array,
  count: number,
  estimator: Estimator,
): Float64Array {
  const votes = new Float64Array(frame.rows * count)
  predicts.forEach((predict, one) => {
    asNumbers(predict(frame), estimator).forEach((place, row) => {
      if (!(Number.isInteger(place) && place >= 0 && place < count)) estimator.refuse('estimators_', 'predicts what is no class')
      votes[row * count + place] = (votes[row * count + place] as number) + (weights[one] as number)
    })
  })
  return votes
}

type Say = (frame: Frame) => { values: Float64Array; columns: number }

/** What each member says becomes the columns of a last estimator. */
function stackOf(estimator: Estimator, compile: (value: Value) => Fitted): { inputs: Inputs; last: Fitted; through(frame: Frame): Frame } {
  const members = membersOf(estimator, compile)
  const methods = estimator.list('stack_method_')
  if (methods.length !== members.length) estimator.refuse('stack_method_', `does not have ${members.length} methods`)
  const says = members.map((member, at) => sayOf(estimator, member, methods[at] as Value))
  const passes = estimator.flag('passthrough')
  const inputs = inputsOfAll(estimator, members)
  return {
    inputs,
    last: compile(estimator.part('final_estimator_')),
    through(frame) {
      const said = says.flatMap((say) => {
        const { values, columns } = say(frame)
        return frameOf(frame.rows, columns, values).data
      })
      const own = passes ? select(frame, inputs).map((column, at) => numbers(column, `column ${at + 1}`)) : []
      return { rows: frame.rows, columns: undefined, data: [...said, ...own] }
    },
  }
}

function sayOf(estimator: Estimator, { predict, predictProba, decision, classes }: Fitted, method: Value): Say {
  if (method === 'decision_function') {
    const scores = needs(decision, estimator, 'decision_function')
    return (frame) => {
      const values = scores(frame)
      return { values, columns: values.length / Math.max(1, frame.rows) }
    }
  }
  if (method === 'predict') {
    const call = needs(predict, estimator, 'predict')
    return (frame) => {
      const made = call(frame)
      return { values: asNumbers(made, estimator), columns: made.columns }
    }
  }
  if (method !== 'predict_proba') return estimator.refuse('stack_method_', `names ${String(method)}, which is not served`)
  const shares = needs(predictProba, estimator, 'predict_proba')
  // Of two classes the first says nothing that the second does not.
  if (classes?.length === 2) {
    return (frame) => ({ values: (shares(frame).values as Float64Array).filter((_, at) => at % 2 === 1), columns: 1 })
  }
  return (frame) => {
    const { values, columns } = shares(frame)
    return { values: values as Float64Array, columns }
  }
}

export const stackingRegressor: Compile = (estimator, compile) => {
  const { inputs, last, through } = stackOf(estimator, compile)
  const predict = needs(last.predict, estimator, 'predict')
  return { inputs, predict: (frame) => predict(through(frame)) }
}

/** The last estimator predicts the place of a class. */
export const stackingClassifier: Compile = (estimator, compile) => {
  const { inputs, last, through } = stackOf(estimator, compile)
  const classes = classesOf(estimator)
  const { predict, predictProba, decision } = last
  const call = needs(predict, estimator, 'predict')
  if (last.classes?.length !== classes.length || !last.classes.every((one, at) => one === at)) {
    estimator.refuse('final_estimator_', 'was not trained with the places of the classes')
  }
  return {
    inputs,
    classes,
    predict: (frame) => ({ values: Array.from(asNumbers(call(through(frame)), estimator), (at) => classes[at] as Label), columns: 1 }),
    ...(predictProba && { predictProba: (frame: Frame) => predictProba(through(frame)) }),
    ...(decision && { decision: (frame: Frame) => decision(through(frame)) }),
  }
}
