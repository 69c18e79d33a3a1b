import { Unreadable } from '../unreadable.ts'
import { readFlow, readQuoted } from './yaml-flow.ts'

/** A value of YAML. Scalars are text as it stands there, and null where nothing does: nothing is made of them. */
export type Yaml = string | null | readonly Yaml[] | ReadonlyMap<string, Yaml>

/** What a document is, and the tags in it: a loader that knows a tag makes an object of it. */
export type YamlDocument = { readonly value: Yaml; readonly tags: readonly YamlTag[] }
export type YamlTag = { readonly tag: string; readonly line: number }

const BYTES_MAX = 16 * 1024 * 1024
const FLOW_MAX = 1024 * 1024
const DEPTH_MAX = 100

/**
 * Reads YAML as configurations are written: blocks, flows, every kind of scalar, anchors. Tags are told and not applied.
 * @throws Unreadable for what it does not know, which is not to be taken for harmless
 */
export function readYaml(text: string): YamlDocument {
  if (text.length > BYTES_MAX) throw new Unreadable('the YAML is too long', 0, true)
  const reader = new YamlReader(text.replace(/^\ufeff/, '').split(BREAK))
  return { value: reader.document(), tags: reader.tags }
}

// As Python's reader has them: what stands behind one of the rarer ones is a line of its own, and no part of a comment.
const BREAK = /\r\n|[\n\r\u0085\u2028\u2029]/
// A key ends in what is no space, or a run of spaces would be looked through once for each of them.
const KEY =
  /^((?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#&*!|>'"%@`{}[\],](?:[^#]*?[^\s#])??|[-?:](?=\S)(?:[^#]*?[^\s#])??))\s*:(?:\s+|$)(.*)$/s
const COMMENT = /\s#.*$/s
const PROPERTY = /^(?:&(\S+)|(!\S*))(?:\s+|$)/

/** Lines with a place in them; each method reads a node and leaves the place behind it. */
export class YamlReader {
  readonly lines: string[]
  readonly tags: YamlTag[] = []
  readonly anchors = new Map<string, Yaml>()
  at = 0

  constructor(lines: string[]) {
    this.lines = lines
  }

  fail(message: string): never {
    throw new Unreadable(`${message} (line ${this.at + 1})`, this.at)
  }

  document(): Yaml {
    while (this.skip() && /^%/.test(this.lines[this.at] ?? '')) this.at++
    if (this.skip() && /^---(?:\s|$)/.test(this.lines[this.at] ?? '')) this.lines[this.at] = (this.lines[this.at] ?? '').slice(3).trim()
    const value = this.skip() ? this.node(this.indent(), 0) : null
    if (this.skip() && !/^(?:\.\.\.|---)\s*$/.test(this.lines[this.at] ?? '')) this.fail('something follows the document')
    return value
  }

  /** Moves to the next line with something on it; false at the end. */
  skip(): boolean {
    while (this.at < this.lines.length && /^\s*(?:#.*)?$/.test(this.lines[this.at] ?? '')) this.at++
    return this.at < this.lines.length
  }

  indent(): number {
    return (this.lines[this.at] ?? '').search(/\S/)
  }

  /** A node that begins on this line, at `indent` or further. */
  node(indent: number, depth: number): Yaml {
    if (depth > DEPTH_MAX) throw new Unreadable(`the YAML is nested deeper than ${DEPTH_MAX}`, this.at, true)
    const line = (this.lines[this.at] ?? '').slice(indent)
    if (/^-(?:\s|$)/.test(line)) return this.sequence(indent, depth)
    if (/^\?(?:\s|$)/.test(line)) this.fail('keys of several lines are not read')
    if (KEY.test(line)) return this.mapping(indent, depth)
    this.at++
    return this.inline(line, indent - 1, depth)
  }

  sequence(indent: number, depth: number): Yaml[] {
    const items: Yaml[] = []
    while (this.skip() && this.indent() === indent && /^-(?:\s|$)/.test((this.lines[this.at] ?? '').slice(indent))) {
      const line = this.lines[this.at] ?? ''
      const rest = line.slice(indent + 1)
      if (rest.trim() === '' || /^\s*#/.test(rest)) {
        this.at++
        items.push(this.below(indent, depth))
        continue
      }
      // What follows the dash is a node of its own, with the dash's place as indent.
      const start = indent + 1 + rest.search(/\S/)
      this.lines[this.at] = ' '.repeat(start) + line.slice(start)
      const inner = line.slice(start)
      if (/^-(?:\s|$)/.test(inner) || (KEY.test(inner) && !PROPERTY.test(inner))) items.push(this.node(start, depth + 1))
      else {
        this.at++
        items.push(this.inline(inner, indent, depth + 1))
      }
    }
    return items
  }

  mapping(indent: number, depth: number): Map<string, Yaml> {
    const made = new Map<string, Yaml>()
    while (this.skip() && this.indent() === indent) {
      const found = KEY.exec((this.lines[this.at] ?? '').slice(indent))
      if (!found) this.fail('a key is missing')
      const [, written = '', rest = ''] = found
      const key = /^["']/.test(written) ? readQuoted(written).value : written
      if (made.has(key)) this.fail(`the key ${key} stands there twice`)
      this.at++
      made.set(key, this.inline(rest, indent, depth + 1, true))
    }
    return made
  }

  /** The node on the lines below, if they are further in; a sequence may stand as far in as its key. */
  below(indent: number, depth: number, in_mapping = false): Yaml {
    if (!this.skip()) return null
    const next = this.indent()
    const is_sequence = in_mapping && next === indent && /^-(?:\s|$)/.test((this.lines[this.at] ?? '').slice(next))
    return next > indent || is_sequence ? this.node(next, depth + 1) : null
  }

  /** A node that begins with `rest` of a line whose own indent is `indent`. */
  inline(rest: string, indent: number, depth: number, in_mapping = false): Yaml {
    const property = PROPERTY.exec(rest)
    if (property) {
      const [whole, anchor, tag] = property
      if (tag !== undefined) this.tags.push({ tag, line: this.at })
      if (depth > DEPTH_MAX) this.fail('a value has too many anchors and tags')
      const value = this.inline(rest.slice(whole.length), indent, depth + 1, in_mapping)
      if (anchor !== undefined) this.anchors.set(anchor, value)
      return value
    }
    if (rest === '' || rest.startsWith('#')) return this.below(indent, depth, in_mapping)
    const first = rest[0]
    if (first === '*') return this.anchors.get(rest.slice(1).trim()) ?? null
    if (first === '|' || first === '>') return this.block(rest, indent)
    if (first === '"' || first === "'") return this.quoted(rest)
    if (first === '{' || first === '[') return this.flow(rest)
    return this.plain(rest, indent)
  }

  block(header: string, indent: number): string {
    const found: string[] = []
    while (this.at < this.lines.length) {
      const line = this.lines[this.at] ?? ''
      if (line.trim() !== '' && line.search(/\S/) <= indent) break
      found.push(line)
      this.at++
    }
    const indents = found.filter((line) => line.trim() !== '').map((line) => line.search(/\S/))
    const inner = indents.reduce((least, one) => Math.min(least, one), Number.MAX_SAFE_INTEGER)
    const text = found.map((line) => line.slice(inner)).join(header.startsWith('|') ? '\n' : ' ')
    return header.includes('+') ? text : text.trimEnd()
  }

  quoted(rest: string): string {
    let value = ''
    // Each line is read once: no escape goes over the end of one.
    for (let text = rest; ; ) {
      const found = readQuoted(text)
      if (found.end !== -1) return value + found.value
      if (this.at >= this.lines.length) this.fail('a quote does not end')
      const line = (this.lines[this.at++] ?? '').trim()
      const goes_on = text.endsWith('\\') && rest.startsWith('"')
      value += found.value + (goes_on ? '' : line === '' ? '\n' : ' ')
      text = `${rest[0]}${line}`
    }
  }

  flow(rest: string): Yaml {
    const ends = [rest.length]
    // Twice as many lines each time that it does not close: one more each time is the square of their number.
    for (let text = rest; ; ) {
      const found = readFlow(text, this)
      if (found) {
        this.at += ends.findIndex((end) => found.end <= end)
        return found.value
      }
      const next = this.at + ends.length - 1
      if (next >= this.lines.length) this.fail('a bracket does not close')
      if (text.length > FLOW_MAX) this.fail('a flow is too long')
      const more = this.lines.slice(next, next + ends.length).map((line) => ` ${line.trim()}`)
      for (const one of more) ends.push((ends.at(-1) ?? 0) + one.length)
      text += more.join('')
    }
  }

  plain(rest: string, indent: number): string {
    let text = rest.replace(COMMENT, '').trimEnd()
    while (this.at < this.lines.length) {
      const line = this.lines[this.at] ?? ''
      if (line.trim() === '' || /^\s*#/.test(line) || line.search(/\S/) <= indent) break
      if (KEY.test(line.trim())) break
      text += ` ${line.trim()}`
      this.at++
    }
    return text
  }
}
