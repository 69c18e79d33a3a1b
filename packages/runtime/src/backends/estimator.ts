import type { Source } from '@millrace/formats'
import { Refused } from '../refused.ts'
import { NdArray } from './arrays.ts'

/** What a file of a model says, as data: nothing of it was called, and nothing of it can be. */
export type Value = null | boolean | number | string | readonly Value[] | ReadonlyMap<string, Value> | NdArray | Estimator | Opaque | Blob

/** Something that no evaluator looks at: a random state, a type, a slice. */
export class Opaque {
  readonly of: string
  constructor(of: string) {
    this.of = of
  }
}

/** Bytes in the file that have a format of their own. */
export class Blob {
  readonly source: Source
  constructor(source: Source) {
    this.source = source
  }
}

/** Says that a model is of a kind that is served, and can't be: its file is wrong, or asks for what is not done here. */
export function refuse(sentence: string): never {
  throw new Refused('read', sentence)
}

/** An object of a class by name, and its attributes. Each method gives an attribute as what it has to be, or refuses the model. */
export class Estimator {
  /** Module and class, as in `sklearn.linear_model._ridge.Ridge`. */
  readonly of: string
  readonly state: ReadonlyMap<string, Value>

  constructor(of: string, state: ReadonlyMap<string, Value>) {
    this.of = of
    this.state = state
  }

  get name(): string {
    return this.of.slice(this.of.lastIndexOf('.') + 1)
  }

  refuse(attribute: string, expected: string): never {
    return refuse(`${this.name}.${attribute} ${expected}. Log the model again with a current scikit-learn, or serve it from Python.`)
  }

  has(attribute: string): boolean {
    const value = this.state.get(attribute)
    return value !== undefined && value !== null
  }

  any(attribute: string): Value {
    return this.state.get(attribute) ?? null
  }

  /** A number, also where numpy wrote it as an array without a shape. */
  number(attribute: string): number {
    const value = this.any(attribute)
    if (typeof value === 'number') return value
    if (value instanceof NdArray && value.numbers?.length === 1) return value.numbers[0] as number
    return this.refuse(attribute, 'is no number')
  }

  /** A whole number from `least` on, no more than `most`. */
  count(attribute: string, least = 0, most = 2 ** 31 - 1): number {
    const value = this.number(attribute)
    if (!Number.isSafeInteger(value) || value < least || value > most) this.refuse(attribute, `is not a count from ${least} to ${most}`)
    return value
  }

  text(attribute: string): string {
    const value = this.any(attribute)
    return typeof value === 'string' ? value : this.refuse(attribute, 'is no text')
  }

  /** True or false; false where there is nothing. */
  flag(attribute: string): boolean {
    const value = this.any(attribute)
    if (value === null) return false
    if (value instanceof NdArray && value.numbers?.length === 1) return value.numbers[0] !== 0
    return typeof value === 'boolean' ? value : this.refuse(attribute, 'is neither true nor false')
  }

  /** Which of a few words it is. */
  oneOf<Word extends string>(attribute: string, words: readonly Word[]): Word {
    const value = this.any(attribute)
    const found = words.find((word) => word === value)
    return found ?? this.refuse(attribute, `is ${describe(value)}, and served are ${words.join(', ')}`)
  }

  list(attribute: string): readonly Value[] {
    const value = this.any(attribute)
    if (Array.isArray(value)) return value as readonly Value[]
    if (value instanceof NdArray && value.items) return value.items
    return this.refuse(attribute, 'is no list')
  }

  array(attribute: string): NdArray {
    const value = this.any(attribute)
    return value instanceof NdArray ? value : this.refuse(attribute, 'is no array')
  }

  /** The numbers of an array of this shape; -1 stands for any size. A NaN or an infinity is refused: nothing can be computed with it. */
  numbers(attribute: string, shape: readonly number[]): Float64Array {
    const found = this.numbersOrNaN(attribute, shape)
    if (!found.every(Number.isFinite)) this.refuse(attribute, 'holds what is no finite number')
    return found
  }

  numbersOrNaN(attribute: string, shape: readonly number[]): Float64Array {
    const array = this.array(attribute)
    if (array.numbers === undefined) return this.refuse(attribute, 'is no array of numbers')
    if (array.shape.length !== shape.length || !shape.every((size, at) => size === -1 || size === array.shape[at])) {
      this.refuse(attribute, `has the shape (${array.shape.join(', ')}), and it has to be (${shape.join(', ').replaceAll('-1', 'n')})`)
    }
    return array.numbers
  }

  /** An object in an attribute. */
  part(attribute: string): Estimator {
    const value = this.any(attribute)
    return value instanceof Estimator ? value : this.refuse(attribute, 'is not there')
  }
}

/** A value, short, for a sentence. */
export const describe = (value: Value): string =>
  value instanceof Estimator || value instanceof Opaque
    ? value.of
    : value instanceof NdArray
      ? 'an array'
      : String(JSON.stringify(value)).slice(0, 60)
