import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Language, Parser, Query, type Tree } from 'web-tree-sitter'

const require = createRequire(import.meta.url)

const FILES = {
  python: 'tree-sitter-python/tree-sitter-python.wasm',
  shell: 'tree-sitter-bash/tree-sitter-bash.wasm',
  // It reads JavaScript, JSX and TypeScript alike.
  javascript: 'tree-sitter-typescript/tree-sitter-tsx.wasm',
} as const

/** What there is a grammar for. YAML has a parser of its own that keeps its places (yaml), Dockerfiles are lines of instructions. */
export type Grammar = keyof typeof FILES

const loaded = new Map<Grammar, { readonly language: Language; readonly parser: Parser; readonly queries: Map<string, Query> }>()

let loading: Promise<void> = Promise.resolve()

/** Loads grammars; before this, nothing in these languages can be read. One after another: the runtime can't be started twice at once. */
export function loadGrammars(wanted: Iterable<Grammar> = Object.keys(FILES) as Grammar[]): Promise<void> {
  const missing = [...new Set(wanted)].filter((name) => !loaded.has(name))
  if (missing.length > 0) {
    loading = loading.then(async () => {
      for (const name of missing) await load(name)
    })
  }
  return loading
}

async function load(name: Grammar): Promise<void> {
  if (loaded.has(name)) return
  await Parser.init()
  const language = await Language.load(readFileSync(require.resolve(FILES[name])))
  const parser = new Parser()
  parser.setLanguage(language)
  loaded.set(name, { language, parser, queries: new Map() })
}

/** Reads the tree of a text, which is freed afterwards: what leaves `read` must not be of it. */
export function withTree<T>(name: Grammar, text: string, query: string, read: (tree: Tree, query: Query) => T, none: T): T {
  const grammar = loaded.get(name)
  if (!grammar) throw new Error(`${name} is read after loadGrammars().`)
  let prepared = grammar.queries.get(query)
  if (!prepared) {
    prepared = new Query(grammar.language, query)
    grammar.queries.set(query, prepared)
  }
  const tree = grammar.parser.parse(text)
  if (!tree) return none
  try {
    return read(tree, prepared)
  } finally {
    tree.delete()
  }
}

export type Span = { readonly start: number; readonly end: number }

/** Which of these functions a place is in: the innermost's beginning, -1 outside of all. */
export function scopes(functions: readonly Span[]): (at: number) => number {
  return (at) => {
    let innermost = -1
    for (const { start, end } of functions) if (start <= at && at < end && start > innermost) innermost = start
    return innermost
  }
}
