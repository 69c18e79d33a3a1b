/**
 * What a pickle is made of, as inert data. None, booleans, numbers, strings, lists, dicts and sets are null, booleans, numbers (bigints
 * where
 * they don't fit), strings, arrays, Maps and Sets; the rest are the classes of this file. Nothing is ever called.
 */
export type Value = unknown

/** A tuple: it differs from a list, and some callables care. */
export class Tuple {
  readonly items: readonly Value[]
  constructor(items: readonly Value[]) {
    this.items = items
  }
}

/** Bytes, or a text too long to be decoded for nothing; they stay in the file. `offset` is where, from the start of the source. */
export class Bytes {
  readonly offset: number
  readonly length: number
  readonly is_text: boolean
  constructor(offset: number, length: number, is_text: boolean) {
    this.offset = offset
    this.length = length
    this.is_text = is_text
  }
}

/** Something that loading would import: `module name`. One object for each pair in a file, with what is done to it. */
export class Global {
  readonly module: string
  readonly name: string
  /** Where it is first named. */
  readonly offset: number
  /** How it is named: an opcode's name. */
  readonly by: string
  /** How often it is put on the stack. */
  pushes = 0
  /** How often loading would call it, or make an instance of it. */
  calls = 0
  /** How often a state is set on an instance of it (`__setstate__`, or attributes). */
  builds = 0
  /** How often items are set or added on an instance of it (`__setitem__`, `append`). */
  writes = 0

  constructor(module: string, name: string, offset: number, by: string) {
    this.module = module
    this.name = name
    this.offset = offset
    this.by = by
  }

  toString(): string {
    return `${this.module}.${this.name}`
  }
}

/** What a call would have made. */
export class Instance {
  readonly of: Value
  readonly args: Value
  /** The keyword arguments of NEWOBJ_EX. */
  readonly named: Value
  readonly offset: number
  state: Value
  /** Items set on it afterwards: key and value by turns, or values alone. */
  items: Value[] | undefined

  constructor(of: Value, args: Value, named: Value, offset: number) {
    this.of = of
    this.args = args
    this.named = named
    this.offset = offset
  }
}

/** An object that the loader is asked for by an id, such as a tensor's storage. */
export class Persistent {
  readonly id: Value
  constructor(id: Value) {
    this.id = id
  }
}

/** A value that is not known: a registered extension, a buffer outside the stream, or the result of what went wrong. */
export class Unknown {
  readonly why: string
  constructor(why: string) {
    this.why = why
  }
}

/** A float, where their values were not asked for: a model has millions, and none of them says what loading would do. */
export const A_FLOAT = new Unknown('a float')
