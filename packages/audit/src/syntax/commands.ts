import type { Node, QueryCapture } from 'web-tree-sitter'
import { readCommandsByLines } from './commands-by-lines.ts'
import { withTree } from './grammars.ts'

/** A command of a shell script: its words without quotes, and the text that they were. */
export type Command = {
  readonly line: number
  readonly end_line: number
  readonly text: string
  readonly words: readonly string[]
  /** What its output goes into, through a pipe. */
  readonly into?: Command
}

// A node's own parent and siblings are looked for from the root on, which of a long script takes the square of its length: the query tells.
const QUERY = `[(command) (declaration_command) (variable_assignment)] @command
  [(command (variable_assignment) @part) (declaration_command (variable_assignment) @part)]
  (pipeline) @pipeline`
const GAP = /(?<![<\w])<([A-Za-z][\w-]*(?: [\w-]+)*)>/g
const PROMPT = /^[ \t]*(?:(?:\$|>>>|%|!)[ \t]+(?=\S)|!)/gm

/**
 * Reads the commands of a script by its syntax tree, those in substitutions, functions and conditions too; nothing is expanded. What is no
 * shell as a whole is read line by line instead.
 */
export function readCommands(text: string): readonly Command[] {
  // A `<NAME>` that the reader is to fill in is no redirection.
  const without_prompts = text
    .replaceAll(PROMPT, (prompt) => ' '.repeat(prompt.length))
    .replaceAll(GAP, (_all, name: string) => `_${name.replaceAll(' ', '_')}_`)
  if (hasLongPipeline(without_prompts)) return readCommandsByLines(text)
  const read = withTree(
    'shell',
    without_prompts,
    QUERY,
    (tree, query) => {
      if (tree.rootNode.hasError) return undefined
      return commandsOf(query.captures(tree.rootNode), without_prompts)
    },
    undefined,
  )
  return read ?? readCommandsByLines(text)
}

/** The grammar's stack holds so many; from 12,000 on the parser has been seen to end for all files. */
const PIPED_MAX = 2_000

function hasLongPipeline(text: string): boolean {
  let pipes = 0
  for (const line of text.split('\n')) {
    pipes += line.split('|').length - 1
    if (pipes > PIPED_MAX) return true
    if (!/(?:\||\|&|\\)[ \t]*$/.test(line.slice(-200))) pipes = 0
  }
  return false
}

function commandsOf(captures: readonly QueryCapture[], text: string): Command[] {
  const named = (what: string): Node[] => captures.flatMap(({ name, node }) => (name === what ? [node] : []))
  const parts = new Set(named('part').map(({ id }) => id))
  const piped = pipedInto(named('pipeline'))
  const made = new Map<number, Command>()
  // What is piped into must be there before what pipes.
  for (const node of named('command').reverse()) {
    if (parts.has(node.id)) continue
    const words = wordsOf(node, text)
    const into = made.get(piped.get(node.id) ?? -1)
    const line = node.startPosition.row + 1
    const end_line = Math.max(line, node.endPosition.row + 1 - (node.endPosition.column === 0 ? 1 : 0))
    made.set(node.id, { line, end_line, text: text.slice(node.startIndex, node.endIndex), words, ...(into && { into }) })
  }
  return [...made.values()].reverse()
}

/** By a command before a |, the one behind it. */
function pipedInto(pipelines: readonly Node[]): Map<number, number> {
  const found = new Map<number, number>()
  for (const pipeline of pipelines) {
    const ids = pipeline.namedChildren.flatMap((one) => (one ? [withoutRedirects(one).id] : []))
    for (const [at, id] of ids.entries()) if (at > 0) found.set(ids[at - 1] as number, id)
  }
  return found
}

function withoutRedirects(node: Node): Node {
  let at = node
  while (at.type === 'redirected_statement') {
    const body = at.childForFieldName('body')
    if (!body) break
    at = body
  }
  return at
}

function wordsOf(node: Node, text: string): string[] {
  if (node.type === 'variable_assignment') return [unquoted(text.slice(node.startIndex, node.endIndex))]
  const keyword = node.type === 'declaration_command' ? [text.slice(node.startIndex, node.endIndex).split(/\s/, 1)[0] ?? ''] : []
  const parts = node.namedChildren.flatMap((one) => (one && !/redirect$|^comment$/.test(one.type) ? [one] : []))
  return [...keyword, ...parts.map(({ startIndex, endIndex }) => unquoted(text.slice(startIndex, endIndex)))]
}

const unquoted = (word: string): string =>
  word.replaceAll(/\\\n/g, '').replaceAll(/"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'/g, (_all, a?: string, b?: string) => a ?? b ?? '')

const LEADING = /^(?:sudo|env|exec|nohup|time|then|do|else|-E|[A-Za-z_]\w*=\S*|[({]|if|while)$/

/** The words from the program's name on. */
export function program({ words }: Command): readonly string[] {
  let at = 0
  while (at < words.length - 1 && LEADING.test(words[at] ?? '')) at++
  return words.slice(at)
}
