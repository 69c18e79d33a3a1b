import type { Yaml, YamlReader } from './yaml.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  v: '\v',
  _: '\u00a0',
}

/** Reads a quoted text from its first character; `end` is the place behind it, and -1 when it does not end here. */
export function readQuoted(text: string): { value: string; end: number } {
  const quote = text[0]
  let value = ''
  for (let at = 1; at < text.length; at++) {
    const one = text[at] as string
    if (one === quote) {
      if (quote === '"' || text[at + 1] !== "'") return { value, end: at + 1 }
      value += "'"
      at++
    } else if (one === '\\' && quote === '"') {
      const code = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(text.slice(at + 1, at + 10))
      if (code) {
        const point = Number.parseInt(code[1] ?? code[2] ?? code[3] ?? '', 16)
        value += point <= 0x10ffff ? String.fromCodePoint(point) : ''
        at += code[0].length
      } else {
        const letter = text[++at] ?? ''
        value += ESCAPES[letter] ?? letter
      }
    } else value += one
  }
  return { value, end: -1 }
}

const DEPTH_MAX = 100

/** Reads `[...]` or `{...}`; undefined when it does not close here. */
export function readFlow(text: string, reader: YamlReader): { value: Yaml; end: number } | undefined {
  const flow = new Flow(text, reader)
  const value = flow.node(0)
  return flow.is_open ? undefined : { value, end: flow.at }
}

const PROPERTY = /^(?:&\S+|(!\S*))\s+/

class Flow {
  readonly text: string
  readonly reader: YamlReader
  at = 0
  /** It goes on behind the text that is here. */
  is_open = false

  constructor(text: string, reader: YamlReader) {
    this.text = text
    this.reader = reader
  }

  space(): void {
    while (this.at < this.text.length && /\s/.test(this.text[this.at] as string)) this.at++
    if (this.at >= this.text.length) this.is_open = true
  }

  node(depth: number): Yaml {
    if (depth > DEPTH_MAX) return this.reader.fail('a flow is nested too deep')
    this.space()
    for (let found = this.property(); found; found = this.property()) {
      if (found[1] !== undefined) this.reader.tags.push({ tag: found[1], line: this.reader.at })
      this.at += found[0].length
    }
    if (this.text[this.at] === '[') return this.list(depth)
    return this.text[this.at] === '{' ? this.map(depth) : this.scalar()
  }

  property(): RegExpExecArray | null {
    return PROPERTY.exec(this.text.slice(this.at, this.at + 300))
  }

  scalar(): Yaml {
    const { text } = this
    if (text[this.at] === '"' || text[this.at] === "'") {
      const { value, end } = readQuoted(text.slice(this.at))
      if (end === -1) this.is_open = true
      this.at += end === -1 ? text.length : end
      return value
    }
    const start = this.at
    while (
      this.at < text.length &&
      !/[,[\]{}]/.test(text[this.at] as string) &&
      !/^:(?:[\s,[\]{}]|$)/.test(text.slice(this.at, this.at + 2))
    )
      this.at++
    const word = text.slice(start, this.at).trim()
    return word === '' ? null : word.startsWith('*') ? (this.reader.anchors.get(word.slice(1)) ?? null) : word
  }

  list(depth: number): Yaml[] {
    const items: Yaml[] = []
    for (this.at++; !this.ends(']'); this.comma(']')) {
      const item = this.node(depth + 1)
      this.space()
      if (this.text[this.at] !== ':') items.push(item)
      else {
        this.at++
        items.push(new Map([[String(item), this.node(depth + 1)]]))
      }
    }
    return items
  }

  map(depth: number): Map<string, Yaml> {
    const made = new Map<string, Yaml>()
    for (this.at++; !this.ends('}'); this.comma('}')) {
      const key = String(this.node(depth + 1))
      this.space()
      if (this.text[this.at] === ':') this.at++
      const next = this.text[this.at]
      made.set(key, next === ',' || next === '}' ? null : this.node(depth + 1))
    }
    return made
  }

  /** Takes the closing bracket if it is there. */
  ends(close: string): boolean {
    this.space()
    if (this.is_open) return true
    if (this.text[this.at] !== close) return false
    this.at++
    return true
  }

  comma(close: string): void {
    this.space()
    if (this.text[this.at] === ',') this.at++
    else if (!this.is_open && this.text[this.at] !== close) this.reader.fail('a comma is missing')
  }
}
