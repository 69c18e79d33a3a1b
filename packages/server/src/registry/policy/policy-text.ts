import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'

/** What is wrong with a policy's text: where, and what to write instead. */
export class PolicyProblem extends Error {
  readonly line: number
  readonly field: string

  constructor(line: number, field: string, reason: string) {
    super(`line ${line}${field === '' ? '' : `, ${field}`}: ${reason}`)
    this.line = line
    this.field = field
  }
}

const TEXT_MAX = 200_000
const DEPTH_MAX = 12

/** A place in the text: the value there, and how to name it in an error. */
export class Place {
  readonly #node: Node | null
  readonly #line: number
  readonly #lines: LineCounter
  readonly field: string

  constructor(node: Node | null, line: number, lines: LineCounter, field: string) {
    this.#node = node
    this.#line = node?.range ? lines.linePos(node.range[0]).line : line
    this.#lines = lines
    this.field = field
  }

  problem(reason: string): PolicyProblem {
    return new PolicyProblem(this.#line, this.field, reason)
  }

  get isMap(): boolean {
    return isMap(this.#node)
  }

  /** The fields of a map, each of which must be known. */
  fields<const K extends string>(known: readonly K[]): ReadonlyMap<K, Place> {
    const found = new Map<K, Place>()
    for (const [name, place] of this.entries()) {
      if (!known.includes(name as K)) {
        throw place.problem(`there is no field '${name}' here; the fields are ${known.join(', ')}.`)
      }
      found.set(name as K, place)
    }
    return found
  }

  /** The entries of a map whose keys are names. */
  entries(): [name: string, place: Place][] {
    if (!isMap(this.#node)) throw this.problem('write fields here, each as `name: value`.')
    return this.#node.items.map(({ key, value }) => {
      if (!isScalar(key) || typeof key.value !== 'string') throw this.problem('a field is called by a text.')
      const line = key.range ? this.#lines.linePos(key.range[0]).line : this.#line
      const place = new Place(value as Node | null, line, this.#lines, this.field === '' ? key.value : `${this.field}.${key.value}`)
      return [key.value, place]
    })
  }

  items(): Place[] {
    if (!isSeq(this.#node)) throw this.problem('write a list here, each item behind a dash or within [ ].')
    return this.#node.items.map((item, at) => new Place(item as Node, this.#line, this.#lines, `${this.field}[${at}]`))
  }

  /** A text. A list of one may be written without the brackets. */
  texts(): Place[] {
    return isScalar(this.#node) ? [this] : this.items()
  }

  text(): string {
    const value = isScalar(this.#node) ? this.#node.value : undefined
    if (typeof value !== 'string' || value === '') throw this.problem('write a text here.')
    return value
  }

  number(): number {
    const value = isScalar(this.#node) ? this.#node.value : undefined
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.problem('write a number here.')
    return value
  }

  boolean(): boolean {
    const value = isScalar(this.#node) ? this.#node.value : undefined
    if (typeof value !== 'boolean') throw this.problem('write true or false here.')
    return value
  }

  oneOf<const T extends string>(values: readonly T[]): T {
    const text = this.text()
    const value = values.find((one) => one === text)
    if (value === undefined) throw this.problem(`'${text.slice(0, 100)}' is none of ${values.join(', ')}.`)
    return value
  }

  /** Refuses what YAML has and a policy doesn't: anchors and tags, by which a text means something else than it says. */
  refuseTricks(depth = 0): void {
    if (depth > DEPTH_MAX) throw this.problem('it is nested too deeply.')
    if (isAlias(this.#node)) throw this.problem('an alias (*) is not taken here: write the value out.')
    if (this.#node && 'anchor' in this.#node && this.#node.anchor) throw this.problem('an anchor (&) is not taken here.')
    if (this.#node?.tag && /^!/.test(this.#node.tag)) throw this.problem('a tag (!) is not taken here.')
    if (isMap(this.#node)) for (const [, place] of this.entries()) place.refuseTricks(depth + 1)
    if (isSeq(this.#node)) for (const place of this.items()) place.refuseTricks(depth + 1)
  }
}

/** Reads YAML 1.2 with its core types, and nothing else of it. @throws PolicyProblem */
export function readYaml(text: string): Place {
  const lines = new LineCounter()
  if (text.length > TEXT_MAX) throw new PolicyProblem(1, '', `it is longer than ${TEXT_MAX} characters.`)
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', version: '1.2', uniqueKeys: true, prettyErrors: false })
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem) throw new PolicyProblem(lines.linePos(problem.pos[0]).line, '', problem.message.replace(/\.?$/, '.'))
  if (document.contents === null) throw new PolicyProblem(1, '', 'it is empty.')
  const root = new Place(document.contents as Node, 1, lines, '')
  root.refuseTricks()
  return root
}
