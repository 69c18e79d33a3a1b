import type { Node, Query } from 'web-tree-sitter'
import { type Argument, type Assignment, type Call, type Facts, type FunctionFact, NO_FACTS, type Property } from './facts.ts'
import { type Span, scopes, withTree } from './grammars.ts'

const QUERY = `
(call_expression) @call
(new_expression) @call
(variable_declarator name: (_) @left value: (_) @right)
(assignment_expression left: (_) @left right: (_) @right)
(pair key: (_) @key value: (_) @value)
(public_field_definition name: (_) @left value: (_) @right)
(import_statement) @import
(function_declaration) @function
(function_expression) @function
(arrow_function) @function
(method_definition) @function
`

/** Calls, assignments and keys of JavaScript and TypeScript, which is not run. */
export const readJavascript = (text: string): Facts =>
  withTree('javascript', text, QUERY, (tree, query) => factsOf(query, tree.rootNode, text), NO_FACTS)

function factsOf(query: Query, root: Node, text: string): Facts {
  const of = ({ startIndex, endIndex }: Node): string => text.slice(startIndex, endIndex)
  const functions: Span[] = []
  const called: Node[] = []
  const assigned: [left: Node, right: Node][] = []
  const properties: Property[] = []
  const named: FunctionFact[] = []
  const aliases = new Map<string, string>()
  for (const { captures } of query.matches(root)) {
    const [first, second] = captures
    if (!first) continue
    if (first.name === 'function') {
      const { startIndex, endIndex, startPosition } = first.node
      const [name, params] = ['name', 'parameters'].map((field) => first.node.childForFieldName(field))
      functions.push({ start: startIndex, end: endIndex })
      named.push({ name: name ? of(name) : '', params: params ? of(params) : '', line: startPosition.row + 1, scope: startIndex })
    }
    if (first.name === 'call') called.push(first.node)
    else if (first.name === 'import') readImport(of(first.node), aliases)
    else if (first.name === 'key' && second) {
      properties.push({ name: unquoted(of(first.node)), text: of(second.node), line: first.node.startPosition.row + 1 })
    } else if (second) assigned.push([first.node, second.node])
  }
  const scopeOf = scopes(functions)
  const assignments: Assignment[] = []
  for (const [left, right] of assigned) {
    const value = of(right)
    const required = /^(?:await\s+)?(?:require|import)\(\s*['"]([^'"]+)['"]\s*\)$/.exec(value)?.[1]
    if (required) readNames(of(left), required, aliases)
    const names = of(left).match(/[A-Za-z_$][\w.$]*/g) ?? []
    assignments.push({ names, text: value, line: left.startPosition.row + 1, scope: scopeOf(left.startIndex) })
  }
  return { calls: called.flatMap((node) => callOf(node, of, aliases, scopeOf(node.startIndex))), assignments, properties, functions: named }
}

const unquoted = (text: string): string => text.replace(/^(["'])(.*)\1$/, '$2')

function readImport(text: string, aliases: Map<string, string>): void {
  const match = /^import\s+(?:type\s+)?([\s\S]*?)\s+from\s+['"]([^'"]+)['"]/.exec(text)
  if (match) readNames(match[1] ?? '', match[2] ?? '', aliases)
}

/** What `{ exec as run }`, `* as cp` or `cp` of a module are called in full: `child_process.exec`. */
function readNames(names: string, from: string, aliases: Map<string, string>): void {
  const module = from.replace(/^node:/, '')
  const braces = /\{([^}]*)\}/.exec(names)?.[1]
  for (const part of braces?.split(',') ?? []) {
    const [name = '', alias] = part.trim().split(/\s+as\s+|\s*:\s*/)
    if (name !== '') aliases.set(alias ?? name, `${module}.${name}`)
  }
  const whole = /^(?:\*\s+as\s+)?([A-Za-z_$][\w$]*)/.exec(names.trim())?.[1]
  if (whole !== undefined) aliases.set(whole, module)
}

const DOTTED = /^[A-Za-z_$][\w.$]*$/

function callOf(node: Node, of: (node: Node) => string, aliases: ReadonlyMap<string, string>, scope: number): Call[] {
  const called = node.childForFieldName('function') ?? node.childForFieldName('constructor')
  if (!called) return []
  const spelled = of(called).replaceAll(/\s+|\?(?=\.)/g, '')
  const name = DOTTED.test(spelled) ? spelled : `?.${/([\w$]+)$/.exec(spelled)?.[1] ?? ''}`
  const [head = '', ...rest] = name.split('.')
  const full = [aliases.get(head) ?? head, ...rest].join('.')
  const args = node.childForFieldName('arguments')
  return [
    {
      name: node.type === 'new_expression' ? `new ${full}` : full,
      args: args?.type === 'arguments' ? args.namedChildren.flatMap((one) => (one ? argumentOf(one, of(one)) : [])) : [],
      line: node.startPosition.row + 1,
      end_line: node.endPosition.row + 1,
      text: of(node),
      scope,
    },
  ]
}

const STRING = /^(["'`])([\s\S]*)\1$/

function argumentOf(node: Node, text: string): Argument[] {
  if (node.type === 'comment') return []
  const is_text = node.type === 'string' || (node.type === 'template_string' && !text.includes('${'))
  const value = is_text ? STRING.exec(text)?.[2] : undefined
  return [{ text, ...(value !== undefined && { value }), constant: value !== undefined || /^(?:[\d.]+|true|false|null)$/.test(text) }]
}
