import type { Node, Query } from 'web-tree-sitter'
import { type Argument, type Call, type Facts, type FunctionFact, NO_FACTS, type Property } from './facts.ts'
import { type Span, scopes, withTree } from './grammars.ts'

const QUERY = `
(call) @call
(assignment left: (_) @left right: (_) @right)
(pair key: (string) @key value: (_) @value)
(default_parameter name: (identifier) @key value: (_) @value)
(typed_default_parameter name: (identifier) @key value: (_) @value)
(with_item value: (as_pattern (_) @right (as_pattern_target) @left))
(import_statement) @import
(import_from_statement) @import
(function_definition) @function
`

/** Calls and assignments of a program, which is not run. What is no Python is left out, and the rest is read. */
export const readPython = (text: string): Facts =>
  withTree('python', text, QUERY, (tree, query) => factsOf(query, tree.rootNode, text), NO_FACTS)

function factsOf(query: Query, root: Node, text: string): Facts {
  const functions: Span[] = []
  const named: FunctionFact[] = []
  const calls: Node[] = []
  const assigned: [left: Node, right: Node][] = []
  const properties: Property[] = []
  const aliases = new Map<string, string>()
  for (const { captures } of query.matches(root)) {
    const [first, second] = captures
    if (!first) continue
    if (first.name === 'function') {
      functions.push({ start: first.node.startIndex, end: first.node.endIndex })
      named.push(functionOf(first.node, text))
    }
    if (first.name === 'call') calls.push(first.node)
    else if (first.name === 'import') readImport(text.slice(first.node.startIndex, first.node.endIndex), aliases)
    else if (first.name === 'key' && second) properties.push(propertyOf(first.node, second.node, text))
    else if (second) assigned.push(first.name === 'left' ? [first.node, second.node] : [second.node, first.node])
  }
  const scopeOf = scopes(functions)
  return {
    calls: calls.flatMap((node) => callOf(node, text, aliases, scopeOf)),
    assignments: assigned.map(([left, right]) => ({
      names: text.slice(left.startIndex, left.endIndex).match(/[A-Za-z_][\w.]*/g) ?? [],
      text: text.slice(right.startIndex, right.endIndex),
      line: left.startPosition.row + 1,
      scope: scopeOf(left.startIndex),
    })),
    properties: [...properties, ...assigned.flatMap(([left, right]) => bySubscript(left, right, text))],
    functions: named,
  }
}

/** A key of a dictionary, or what a function takes where its caller gives nothing. */
function propertyOf(key: Node, value: Node, text: string): Property {
  const written = text.slice(key.startIndex, key.endIndex)
  const name = key.type === 'string' ? (stringOf(key, written) ?? '') : written
  return { name, text: text.slice(value.startIndex, value.endIndex), line: key.startPosition.row + 1 }
}

/** `settings["key"] = value`. */
function bySubscript(left: Node, right: Node, text: string): Property[] {
  const key = left.type === 'subscript' ? left.childForFieldName('subscript') : null
  return key?.type === 'string' ? [propertyOf(key, right, text)] : []
}

function functionOf(node: Node, text: string): FunctionFact {
  const [name, params] = ['name', 'parameters'].map((field) => {
    const part = node.childForFieldName(field)
    return part ? text.slice(part.startIndex, part.endIndex) : ''
  })
  return { name: name ?? '', params: params ?? '', line: node.startPosition.row + 1, scope: node.startIndex }
}

function readImport(text: string, aliases: Map<string, string>): void {
  const flat = text
    .replaceAll(/#.*$/gm, '')
    .replaceAll(/[()\s\\]+/g, ' ')
    .trim()
  const from = /^from (\S+) import (.*)$/.exec(flat)
  const names = from ? (from[2] ?? '') : flat.replace(/^import /, '')
  for (const part of names.split(',')) {
    const [name = '', , alias] = part.trim().split(' ')
    if (from) aliases.set(alias ?? name, `${from[1]}.${name}`)
    else if (alias) aliases.set(alias, name)
  }
}

const DOTTED = /^[A-Za-z_][\w.]*$/

function callOf(node: Node, text: string, aliases: ReadonlyMap<string, string>, scopeOf: (at: number) => number): Call[] {
  const called = node.childForFieldName('function')
  if (!called) return []
  const spelled = text.slice(called.startIndex, called.endIndex).replaceAll(/\s+/g, '')
  // `open(x).read` and `requests.Session().post` are called by what comes last; what is before is a value.
  const name = DOTTED.test(spelled) ? spelled : `?.${/([\w]+)$/.exec(spelled)?.[1] ?? ''}`
  const [head = '', ...rest] = name.split('.')
  const args = node.childForFieldName('arguments')
  const imported = aliases.get(head) ?? head
  // `from .common import torch` hands on a module under its own name.
  const whole = imported.startsWith('.') && rest.length > 0 ? head : imported
  return [
    {
      name: [whole, ...rest].join('.'),
      args: args?.type === 'argument_list' ? args.namedChildren.flatMap((one) => (one ? argumentOf(one, text) : [])) : [],
      line: node.startPosition.row + 1,
      end_line: node.endPosition.row + 1,
      text: text.slice(node.startIndex, node.endIndex),
      scope: scopeOf(node.startIndex),
    },
  ]
}

function argumentOf(node: Node, text: string): Argument[] {
  if (node.type === 'comment') return []
  const name = node.type === 'keyword_argument' ? node.childForFieldName('name') : null
  const value = name ? node.childForFieldName('value') : node
  if (!value) return []
  const written = text.slice(value.startIndex, value.endIndex)
  const plain = stringOf(value, written)
  return [
    {
      ...(name && { name: text.slice(name.startIndex, name.endIndex) }),
      text: written,
      ...(plain !== undefined && { value: plain }),
      constant: plain !== undefined || /^(?:[\d.]+|True|False|None)$/.test(written) || isConstantList(value, written),
    },
  ]
}

const STRING = /^[rRbBuU]{0,2}("""|'''|"|')([\s\S]*)\1$/

function stringOf(node: Node, written: string): string | undefined {
  return node.type === 'string' ? STRING.exec(written)?.[2] : undefined
}

const isConstantList = (node: Node, written: string): boolean =>
  (node.type === 'list' || node.type === 'tuple' || node.type === 'concatenated_string') && !/\b[fF]["']/.test(written) && onlyStrings(node)

const onlyStrings = (node: Node): boolean => node.namedChildren.every((one) => one?.type === 'string' || one?.type === 'comment')
