import type { Node } from 'web-tree-sitter'
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

const QUERY = '[(command) (declaration_command) (variable_assignment)] @command'
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
  const read = withTree(
    'shell',
    without_prompts,
    QUERY,
    (tree, query) => {
      if (tree.rootNode.hasError) return undefined
      const nodes = query.matches(tree.rootNode).flatMap(({ captures }) => (captures[0] ? [captures[0].node] : []))
      return commandsOf(nodes, without_prompts)
    },
    undefined,
  )
  return read ?? readCommandsByLines(text)
}

function commandsOf(nodes: readonly Node[], text: string): Command[] {
  const made = new Map<number, Command>()
  // What is piped into must be there before what pipes.
  for (const node of [...nodes].reverse()) {
    if (node.type === 'variable_assignment' && /command$/.test(node.parent?.type ?? '')) continue
    const words = wordsOf(node, text)
    const next = pipedInto(node)
    const into = next && made.get(next.id)
    const line = node.startPosition.row + 1
    const end_line = Math.max(line, node.endPosition.row + 1 - (node.endPosition.column === 0 ? 1 : 0))
    made.set(node.id, { line, end_line, text: text.slice(node.startIndex, node.endIndex), words, ...(into && { into }) })
  }
  return [...made.values()].reverse()
}

/** The command after the | that a command stands before. */
function pipedInto(node: Node): Node | undefined {
  let at: Node | null = node
  for (; at && at.parent?.type === 'redirected_statement'; at = at.parent);
  if (at?.parent?.type !== 'pipeline') return undefined
  const next = at.nextNamedSibling
  return next?.type === 'redirected_statement' ? (next.childForFieldName('body') ?? undefined) : (next ?? undefined)
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
