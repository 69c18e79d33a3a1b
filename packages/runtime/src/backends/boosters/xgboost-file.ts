import { isObject, type Json, readJson, readUbjson, type Source, type Ubjson } from '@millrace/formats'
import { refuse } from '../estimator.ts'

/** A value of either of XGBoost's formats. */
export type Told = Json | Ubjson

/** A place in the file, for sentences, and what stands there. Each method gives a member as what it has to be, or refuses the model. */
export class Node {
  readonly path: string
  readonly value: Told | undefined

  constructor(value: Told | undefined, path: string) {
    this.value = value
    this.path = path
  }

  refuse(problem: string): never {
    return refuse(`the XGBoost model's ${this.path || 'top'} ${problem}. Save it again with a current XGBoost.`)
  }

  get(key: string): Node {
    if (!isObject(this.value as Json)) return this.refuse('is no object')
    return new Node((this.value as Readonly<Record<string, Told>>)[key], this.path === '' ? key : `${this.path}.${key}`)
  }

  get exists(): boolean {
    return this.value !== undefined && this.value !== null
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.refuse('is no text')
  }

  /** A count, which XGBoost writes as text. */
  count(least: number, most: number): number {
    const value = Number(this.value)
    if (!Number.isInteger(value) || value < least || value > most) this.refuse(`is not a count from ${least} to ${most}`)
    return value
  }

  nodes(): Node[] {
    if (!Array.isArray(this.value)) return this.refuse('is no list')
    return (this.value as readonly Told[]).map((item, at) => new Node(item, `${this.path}[${at}]`))
  }

  /** A list of numbers, of this length if one is told. */
  numbers(length?: number): ArrayLike<number> {
    const { value } = this
    const is_list =
      ArrayBuffer.isView(value) || (Array.isArray(value) && value.every((item) => typeof item === 'number' || typeof item === 'boolean'))
    if (!is_list) return this.refuse('is no list of numbers')
    const found = value as unknown as ArrayLike<number>
    if (length !== undefined && found.length !== length) this.refuse(`has ${found.length} numbers, and has to have ${length}`)
    return found
  }

  texts(): string[] {
    return this.nodes().map((node) => node.text())
  }
}

/** Reads a model in JSON or UBJSON: JSON has a quote, a space or a brace after its first brace. @throws Unreadable */
export function readXgboostFile(source: Source): Node {
  const start = source.read(0, 2).toString('latin1')
  if (!start.startsWith('{')) refuse("the file is neither JSON nor UBJSON: XGBoost's old binary format is not read. Save it as model.ubj.")
  if (/^\{["\s}]/.test(start)) return new Node(readJson(source.read(0, source.size).toString('utf8')).value, '')
  return new Node(readUbjson(source), '')
}
