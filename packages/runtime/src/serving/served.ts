import {
  type Backend,
  type Frame,
  type Label,
  type NamedOutput,
  onceThere,
  type Prediction,
  type RemoteBackend,
  type Soon,
} from '../backend.ts'
import { compile, type Enforce } from '../signature/enforce.ts'
import type { Signature } from '../signature/signature.ts'
import type { Table } from '../signature/table.ts'
import type { ColumnProfile } from '../watching/profile.ts'

/** How a model is asked: for what it predicts, or for the probability of each class. */
export type Method = 'predict' | 'predict_proba'

/** A version of a model, ready to answer. */
export type Served = {
  readonly name: string
  readonly version: string
  /** The address by which it was asked for, and where its files came from. */
  readonly uri: string
  readonly backend: Backend | RemoteBackend
  readonly signature: Signature
  readonly enforce: Enforce
  /** What it does when nobody says: as MLmodel's `predict_fn` has it. */
  readonly method: Method
  /** What predictions are, on wires that tell integers from other numbers. */
  readonly is_integer: boolean
  /** The digest of each file, by its path. */
  readonly digests: ReadonlyMap<string, string>
  /** What its training data looked like, where that was logged with it. */
  readonly profile?: readonly ColumnProfile[] | undefined
  /** Who looks at what it is asked, and may refuse it. */
  readonly guards: Set<Guard>
  /** Who looks at what it predicts. */
  readonly eyes: Set<Eye>
}

/** Looks at what is asked, before it is predicted for. @throws InputProblem */
export type Guard = (frame: Frame) => void

/** Looks at a prediction and what it was made of, and must be quick: the answer waits for it. It throws nothing. */
export type Eye = (prediction: Prediction, frame: Frame) => void

/** Puts a backend and what its signature asks for together. */
export function serve(
  known: Pick<Served, 'name' | 'version' | 'uri' | 'backend' | 'signature' | 'method' | 'digests' | 'profile'>,
): Served {
  const { signature, backend } = known
  const { output } = signature
  const is_integer =
    output === undefined ? (backend.classes?.every((one) => Number.isInteger(one)) ?? false) : output === 'long' || output === 'integer'
  return { ...known, enforce: compile(signature.inputs), is_integer, guards: new Set(), eyes: new Set() }
}

/** Predicts for a table. @throws InputProblem */
export function predict(model: Served, table: Table, method: Method = model.method): Soon<Prediction> {
  const frame = model.enforce(table)
  if (model.guards.size > 0) for (const check of model.guards) check(frame)
  const prediction = ask(model, frame, method)
  if (model.eyes.size === 0) return prediction
  return onceThere(prediction, (made) => {
    for (const see of model.eyes) see(made, frame)
    return made
  })
}

function ask({ backend }: Served, frame: Frame, method: Method): Soon<Prediction> {
  if (frame.rows === 0) return { values: [], columns: 1 }
  return method === 'predict_proba' && backend.predictProba ? backend.predictProba(frame) : backend.predict(frame)
}

/**
 * A prediction as MLflow's server writes it. Of a model whose outputs have names that is an object for each row where rows came as a table,
 * and lists by name where they came as a tensor; a table of one output with several columns becomes longer, as pandas makes it.
 */
export function predictionsOf({ signature }: Served, table: Table, made: Prediction): unknown {
  const { outputs } = made
  if (outputs === undefined) return rowsOf(made)
  const is_table = signature.inputs === undefined ? table.names !== undefined : signature.inputs.kind === 'columns'
  if (!is_table) return Object.fromEntries(outputs.map((one) => [one.name, nested(one)]))
  const are_even = outputs.every(({ values, keys }) => keys === undefined && values.length === made.values.length)
  const cells = outputs.map((one) => (are_even ? Array.from(one.values) : cellsOf(one)))
  return Array.from({ length: cells[0]?.length ?? 0 }, (_, row) =>
    Object.fromEntries(outputs.map(({ name }, at) => [name, (cells[at] as readonly unknown[])[row]])),
  )
}

/** What each row has of an output: a value, a list, or by class. */
function cellsOf({ keys, ...made }: NamedOutput): readonly unknown[] {
  const rows = rowsOf(made)
  return keys ? rows.map((row) => Object.fromEntries(keys.map((key, at) => [String(key), (row as readonly Label[])[at]]))) : rows
}

function nested({ shape, ...made }: NamedOutput): readonly unknown[] {
  if (made.keys || shape.length === 0) return cellsOf({ shape, ...made })
  let lists: readonly unknown[] = Array.from(made.values as ArrayLike<Label>)
  for (const size of shape.toReversed()) {
    const longer: unknown[][] = []
    for (let at = 0; at < lists.length; at += size) longer.push(lists.slice(at, at + size))
    lists = longer
  }
  return lists
}

/** The rows of a prediction: values, or lists where there are several columns. */
export function rowsOf({ values, columns }: Prediction): readonly (number | Label | readonly Label[])[] {
  if (columns === 1) return values instanceof Float64Array ? Array.from(values) : values
  const rows: Label[][] = []
  for (let at = 0; at < values.length; at += columns) rows.push(Array.from(values.slice(at, at + columns) as ArrayLike<Label>))
  return rows
}
