import type { Source } from '../source.ts'
import { Unreadable } from '../unreadable.ts'
import { type Bytes, Global, Instance, Unknown, type Value } from './values.ts'

/** How much a pickle may ask for. */
export type PickleLimits = {
  readonly operations_max: number
  readonly memo_max: number
  readonly stack_max: number
  /** Of a line in the text protocol, or of a text that is decoded. */
  readonly text_max_bytes: number
}

export const PICKLE_LIMITS: PickleLimits = {
  operations_max: 50_000_000,
  memo_max: 4_000_000,
  stack_max: 10_000_000,
  text_max_bytes: 16 * 1024 * 1024,
}

/** Something that no ordinary pickler writes, or on which readers of pickles disagree. */
export type Oddity = {
  readonly kind:
    | 'frame'
    | 'operand'
    | 'extension'
    | 'protocol'
    | 'mark'
    | 'write'
    | 'build'
    | 'call'
    | 'name'
    | 'buffer'
    | 'number'
    | 'trailing'
  readonly offset: number
  readonly detail: string
}

const WINDOW_BYTES = 256 * 1024
const ODDITIES_MAX = 64
const PAYLOADS_MAX = 10_000
const GLOBALS_MAX = 100_000

/**
 * The state of a pickle machine: what CPython's has (stack, marks, memo, frames), over inert values. It goes on wherever CPython goes
 * on, and
 * writes down what is odd instead of stopping at it, so that it sees at least what a loader would run.
 */
export class Machine {
  readonly source: Source
  readonly limits: PickleLimits
  /** The piece of the source that is being read, where it begins in the source, and how far it was read. */
  bytes: Buffer = Buffer.alloc(0)
  base: number
  at = 0
  end = 0
  /** Where the operation began that is under way, from the start of the source. */
  started: number
  stack: Value[] = []
  marks: number[] = []
  /** Nothing below this is the operation's to take: the last mark. */
  floor = 0
  memo: Value[] = []
  readonly memo_sparse = new Map<number, Value>()
  memo_size = 0
  /** False when the stream began elsewhere, and what the memo held there is not here. */
  memo_is_known = true
  protocol = 0
  frame_end = -1
  operations = 0
  readonly globals = new Map<string, Map<string, Global>>()
  globals_size = 0
  readonly oddities: Oddity[] = []
  /** Bytes among the values that may hold something to be read in turn. */
  readonly payloads: Bytes[] = []
  /** Texts that may be a pickle in disguise. */
  readonly disguised: string[] = []
  payloads_left_out = 0
  /** Whether floats and the items of lists are kept: neither says what loading would do. */
  keeps_data = true
  /** Told of each call that loading would make. */
  onCall: ((call: Instance) => void) | undefined
  /** Told of each state that is set; may move on past bytes that belong to the instance and are no operations. */
  onBuild: ((machine: Machine, target: Instance) => void) | undefined

  constructor(source: Source, start: number, limits: PickleLimits) {
    this.source = source
    // An array that has held an object keeps room for objects: it need not be made anew when one follows many numbers.
    this.stack.push(null)
    this.stack.length = 0
    this.base = start
    this.started = start
    this.limits = limits
  }

  /** Where reading stands, from the start of the source. */
  get position(): number {
    return this.base + this.at
  }

  moveTo(position: number): void {
    if (position > this.source.size) throw new Unreadable('it ends in the middle', this.started)
    const within = position - this.base
    if (within >= 0 && within <= this.end) this.at = within
    else {
      this.base = position
      this.at = 0
      this.end = 0
    }
  }

  /** Makes sure that the next `count` bytes are in the window. */
  need(count: number): void {
    if (this.at + count <= this.end) return
    const position = this.position
    if (position + count > this.source.size) throw new Unreadable('it ends in the middle', this.started)
    this.bytes = this.source.read(position, Math.max(count, WINDOW_BYTES))
    this.base = position
    this.at = 0
    this.end = this.bytes.length
    if (this.end < count) throw new Unreadable('it ends in the middle', this.started)
  }

  byte(): number {
    this.need(1)
    return this.bytes[this.at++] ?? 0
  }

  uint16(): number {
    this.need(2)
    this.at += 2
    return this.bytes.readUInt16LE(this.at - 2)
  }

  uint32(): number {
    this.need(4)
    this.at += 4
    return this.bytes.readUInt32LE(this.at - 4)
  }

  int32(): number {
    this.need(4)
    this.at += 4
    return this.bytes.readInt32LE(this.at - 4)
  }

  /** A length of eight bytes; one that no file can have ends the reading. */
  length64(): number {
    this.need(8)
    this.at += 8
    const length = this.bytes.readBigUInt64LE(this.at - 8)
    if (length > BigInt(this.source.size)) throw new Unreadable('it ends in the middle', this.started)
    return Number(length)
  }

  /** What is before the next line feed, which is taken as well. */
  line(encoding: 'latin1' | 'utf8' = 'latin1'): string {
    // Most lines are short, and a loop finds their end sooner than a search that leaves JavaScript.
    const near = Math.min(this.end, this.at + 32)
    for (let at = this.at; at < near; at++) if (this.bytes[at] === 10) return this.#lineTo(at, encoding)
    for (let wanted = 256; ; wanted *= 8) {
      const found = this.bytes.indexOf(10, this.at)
      if (found !== -1 && found < this.end) return this.#lineTo(found, encoding)
      const left = this.source.size - this.position
      if (this.end - this.at >= left) throw new Unreadable('a line does not end', this.started)
      if (wanted > this.limits.text_max_bytes) throw new Unreadable('a line is too long', this.started, true)
      this.need(Math.min(left, Math.max(wanted, this.end - this.at + 1)))
    }
  }

  #lineTo(end: number, encoding: 'latin1' | 'utf8'): string {
    const line = this.bytes.toString(encoding, this.at, end)
    this.at = end + 1
    return line
  }

  push(value: Value): void {
    this.stack.push(value)
  }

  pop(): Value {
    if (this.stack.length <= this.floor) throw new Unreadable('it takes from an empty stack', this.started)
    return this.stack.pop()
  }

  top(): Value {
    if (this.stack.length <= this.floor) throw new Unreadable('it takes from an empty stack', this.started)
    return this.stack[this.stack.length - 1]
  }

  mark(): void {
    this.marks.push(this.stack.length)
    this.floor = this.stack.length
  }

  /** Takes the last mark, and says how many values lie below it. */
  popMark(): number {
    const mark = this.marks.pop()
    if (mark === undefined) throw new Unreadable('a mark is missing', this.started)
    this.floor = this.marks.length === 0 ? 0 : (this.marks[this.marks.length - 1] as number)
    return mark
  }

  /** Takes everything above the last mark, and the mark. */
  popToMark(): Value[] {
    const mark = this.popMark()
    const taken = this.stack.slice(mark)
    this.stack.length = mark
    return taken
  }

  odd(kind: Oddity['kind'], detail: string): void {
    if (this.oddities.length >= ODDITIES_MAX) return
    if (this.oddities.some((one) => one.kind === kind && one.detail === detail)) return
    this.oddities.push({ kind, detail, offset: this.started })
  }

  /** The one object for a module's name. */
  global(module: string, name: string, by: string): Global {
    let names = this.globals.get(module)
    if (names === undefined) {
      names = new Map()
      this.globals.set(module, names)
    }
    const known = names.get(name)
    if (known) return known
    if (++this.globals_size > GLOBALS_MAX) throw new Unreadable(`it names more than ${GLOBALS_MAX} things to import`, this.started, true)
    const made = new Global(module, name, this.started, by)
    names.set(name, made)
    return made
  }

  /** A call that loading would make. */
  call(of: Value, args: Value, named: Value, by: string): void {
    if (of instanceof Global) of.calls++
    else if (of instanceof Instance) this.odd('call', `${by} calls what ${describe(of.of)} returned`)
    else this.odd('call', `${by} calls something that is no class and no function`)
    const made = new Instance(of, args, named, this.started)
    this.onCall?.(made)
    this.push(made)
  }

  payload(bytes: Bytes): void {
    if (this.payloads.length < PAYLOADS_MAX) this.payloads.push(bytes)
    else this.payloads_left_out++
  }

  remember(index: number, value: Value): void {
    if (index < this.memo.length) this.memo[index] = value
    else if (index === this.memo.length) {
      if (!this.memo_sparse.delete(index)) this.memo_size++
      this.memo.push(value)
    } else {
      if (!this.memo_sparse.has(index)) this.memo_size++
      this.memo_sparse.set(index, value)
    }
    if (this.memo_size > this.limits.memo_max)
      throw new Unreadable(`it remembers more than ${this.limits.memo_max} values`, this.started, true)
  }

  recall(index: number): Value {
    if (!this.memo_is_known) return new Unknown('the memo')
    if (index < this.memo.length) return this.memo[index]
    if (this.memo_sparse.has(index)) return this.memo_sparse.get(index)
    throw new Unreadable(`it recalls value ${index}, which it never remembered`, this.started)
  }
}

export const describe = (value: Value): string =>
  value instanceof Global ? value.toString() : value instanceof Instance ? `a call of ${describe(value.of)}` : 'something else'
