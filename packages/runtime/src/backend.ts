import type { Source } from '@millrace/formats'
import type { ColumnType, Inputs } from './signature/signature.ts'

/** What stands in a column that is not of numbers only; null is missing. */
export type Cell = number | string | boolean | null

/** A column: numbers, where NaN is missing, or anything. */
export type Column = Float64Array | readonly Cell[]

/** Rows to predict, by columns. */
export type Frame = {
  readonly rows: number
  /** The columns' names; undefined for a matrix without names. */
  readonly columns: readonly string[] | undefined
  readonly data: readonly Column[]
}

/** A class that is predicted. */
export type Label = number | string | boolean

/** What was predicted, row after row; `columns` is 1 for one value a row. */
export type Prediction = {
  readonly values: Float64Array | readonly Label[]
  readonly columns: number
  /** Where a model gives several things by name: all of them, the first of which `values` are. */
  readonly outputs?: readonly NamedOutput[]
}

/** One of the things that a model gives, under the name that it has there. */
export type NamedOutput = {
  readonly name: string
  readonly values: Float64Array | readonly Label[]
  readonly columns: number
  /** The shape, but for the rows; of a column it is empty. */
  readonly shape: readonly number[]
  /** What the columns are shares of, where they are told by it. */
  readonly keys?: readonly Label[]
}

/** What is there at once, or comes later. Who computes in this process gives it at once, and nobody waits for a promise then. */
export type Soon<T> = T | Promise<T>

/** Goes on with what is there, now or later. */
export const onceThere = <T, Next>(value: Soon<T>, go: (value: T) => Soon<Next>): Soon<Next> =>
  value instanceof Promise ? value.then(go) : go(value)

/** A model that was read: it computes, keeps no state between calls, and can be called from anywhere. */
export type Backend = {
  /** What it is, for people: `scikit-learn RandomForestClassifier`. */
  readonly kind: string
  /** How many columns it takes; undefined when it takes any, or takes them by name. */
  readonly inputs: number | undefined
  readonly feature_names?: readonly string[]
  /** The classes in the order of `predictProba`'s columns. */
  readonly classes?: readonly Label[]
  /** What it gives, where that has names; -1 is a size that may vary. */
  readonly outputs?: readonly { readonly name: string; readonly type: ColumnType; readonly shape: readonly number[] }[]
  /** Whether what a signature asks of requests is what the model takes. @throws Refused('describe') */
  checkInputs?(inputs: Inputs | undefined): void
  /** As the flavor's pyfunc predicts. @throws InputProblem when the frame does not fit */
  predict(frame: Frame): Prediction
  predictProba?(frame: Frame): Prediction
}

/** A model that another process computes: what it predicts comes later. */
export type RemoteBackend = Omit<Backend, 'predict' | 'predictProba'> & {
  predict(frame: Frame): Promise<Prediction>
  readonly predictProba?: undefined
  /** Ends the process, once what was asked is answered. It is started again if somebody asks after that. */
  close(): Promise<void>
}

/** Whether a model is another process's, which is to be ended. */
export const isRemote = (backend: Backend | RemoteBackend): backend is RemoteBackend => 'close' in backend

/** A frame does not fit the model: the caller's fault, in a sentence. */
export class InputProblem extends Error {
  constructor(sentence: string) {
    super(sentence)
    this.name = 'InputProblem'
  }
}

/** A value of MLmodel: YAML's, with scalars read as text. */
export type Described = string | null | readonly Described[] | ReadonlyMap<string, Described>

/** The files of a model, after digests and scan; paths have '/' between their parts and are relative to the model's folder. */
export type ModelFiles = {
  readonly paths: readonly string[]
  /** A file's bytes, which are gone when loading has ended. @throws Refused('read') when there is none of this name */
  open(path: string): Source
  /** Whether data in pickles may be read, which is off unless somebody asks for it. */
  readonly reads_pickles?: boolean
  /** What MLmodel says of each flavor: `sklearn`, `xgboost`, `python_function`… */
  readonly flavors: ReadonlyMap<string, ReadonlyMap<string, Described>>
}

/** Reads a model of one kind; undefined when it is of another. @throws Refused('read', …) when it is of this kind and can't be served */
export type Loader = (files: ModelFiles) => Promise<Backend | RemoteBackend | undefined>
