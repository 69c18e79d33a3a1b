import type { Frame } from '../../backend.ts'
import { Estimator, refuse, type Value } from '../estimator.ts'
import { type Inputs, select } from '../matrix.ts'
import { type Compile, type Fitted, inputsOf, pairsOf } from './fitted.ts'

type Transform = (frame: Frame) => Frame

/** Steps one after the other: transformers, and at the end what predicts, or one more transformer. */
export const pipeline: Compile = (estimator, compile) => {
  const steps = pairsOf(estimator, 'steps', 2)
    .map((pair) => pair[1] as Value)
    .filter((step) => step !== null && step !== 'passthrough')
  if (steps.length === 0) estimator.refuse('steps', 'is empty')
  const fitted = steps.map(compile)
  const last = fitted.at(-1) as Fitted
  const before = fitted.slice(0, -1).map((step, at): Transform => transformOf(step, steps[at] as Value))
  const inputs = (fitted[0] as Fitted).inputs
  const through: Transform = (frame) => before.reduce((made, transform) => transform(made), frame)
  return after(last, through, inputs)
}

/** The same functions, behind a change of the frame. */
function after({ transform, predict, predictProba, decision, classes }: Fitted, through: Transform, inputs: Inputs): Fitted {
  return {
    inputs,
    ...(classes && { classes }),
    ...(transform && { transform: (frame: Frame) => transform(through(frame)) }),
    ...(predict && { predict: (frame: Frame) => predict(through(frame)) }),
    ...(predictProba && { predictProba: (frame: Frame) => predictProba(through(frame)) }),
    ...(decision && { decision: (frame: Frame) => decision(through(frame)) }),
  }
}

function transformOf({ transform }: Fitted, step: Value): Transform {
  return (
    transform ?? refuse(`${step instanceof Estimator ? step.name : 'a step'} stands before the end of a pipeline, and transforms nothing`)
  )
}

/** Transformers side by side, each on the whole. */
export const featureUnion: Compile = (estimator, compile) => {
  if (estimator.has('transformer_weights')) estimator.refuse('transformer_weights', 'is set, which is not served')
  const parts = pairsOf(estimator, 'transformer_list', 2)
    .map((pair) => pair[1] as Value)
    .filter((part) => part !== 'drop')
  const transforms = parts.map((part): Transform => (part === 'passthrough' ? (frame) => frame : transformOf(compile(part), part)))
  const first = parts.find((part) => part !== 'passthrough')
  if (first === undefined) return estimator.refuse('transformer_list', 'is empty')
  return {
    inputs: compile(first).inputs,
    transform: (frame) =>
      beside(
        frame.rows,
        transforms.map((transform) => transform(frame)),
      ),
  }
}

const beside = (rows: number, frames: readonly Frame[]): Frame => ({ rows, columns: undefined, data: frames.flatMap(({ data }) => data) })

/** Transformers side by side, each on columns of its own. */
export const columnTransformer: Compile = (estimator, compile) => {
  if (estimator.has('transformer_weights')) estimator.refuse('transformer_weights', 'is set, which is not served')
  const inputs = inputsOf(estimator, true)
  const parts = pairsOf(estimator, 'transformers_', 3).flatMap(([name, part, columns]) => {
    const places = placesOf(estimator, name as Value, columns as Value, inputs)
    if (part === 'drop' || places.length === 0) return []
    const transform: Transform = part === 'passthrough' ? (frame) => frame : transformOf(compile(part as Value), part as Value)
    return [{ places, transform }]
  })
  return {
    inputs,
    transform: (frame) => {
      const data = select(frame, inputs)
      const made = parts.map(({ places, transform }) =>
        transform({
          rows: frame.rows,
          columns: inputs.names && places.map((place) => inputs.names?.[place] as string),
          data: places.map((place) => data[place] as Frame['data'][number]),
        }),
      )
      return beside(frame.rows, made)
    },
  }
}

/** Which columns a transformer takes. */
function placesOf(estimator: Estimator, name: Value, columns: Value, { columns: count, names }: Inputs): readonly number[] {
  const noted = estimator.any('_transformer_to_input_indices')
  const found = noted instanceof Map && typeof name === 'string' ? (noted.get(name) as Value | undefined) : undefined
  const list = found ?? (typeof columns === 'string' || typeof columns === 'number' ? [columns] : columns)
  if (!Array.isArray(list)) return estimator.refuse('transformers_', `does not say by names or places which columns ${String(name)} takes`)
  return (list as readonly Value[]).map((item) => {
    const place = typeof item === 'string' ? (names?.indexOf(item) ?? -1) : item
    if (typeof place !== 'number' || !Number.isInteger(place) || place < 0 || place >= count) {
      return estimator.refuse('transformers_', `takes a column that there is not: ${String(item)}`)
    }
    return place
  })
}

/** A search keeps the estimator that was best. */
export const search: Compile = (estimator, compile) => compile(estimator.part('best_estimator_'))
