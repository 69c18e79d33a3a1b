import { Unreadable } from '../unreadable.ts'

/** A model of LightGBM as its text has it: keys and values, which nobody has looked into yet. */
export type LightgbmText = {
  readonly header: ReadonlyMap<string, string>
  readonly trees: readonly ReadonlyMap<string, string>[]
  /** What it was trained with, as written between `parameters:` and `end of parameters`. */
  readonly parameters: ReadonlyMap<string, string>
}

const TREES_MAX = 1_000_000

/** Reads the text form of a model. @throws Unreadable */
export function readLightgbm(text: string): LightgbmText {
  const lines = text.split(/\r?\n/)
  if (lines[0] !== 'tree') throw new Unreadable('it does not begin with "tree"', 0)
  const header = new Map<string, string>()
  const trees: Map<string, string>[] = []
  const parameters = new Map<string, string>()
  let section = header
  let state: 'trees' | 'after' | 'parameters' = 'trees'
  for (const line of lines.slice(1)) {
    if (line === 'parameters:') state = 'parameters'
    else if (line === 'end of parameters') state = 'after'
    else if (line === 'end of trees') state = 'after'
    else if (state === 'parameters') {
      const [, key, value] = /^\[([\w.]+): (.*)\]$/s.exec(line) ?? []
      if (key !== undefined && value !== undefined) parameters.set(key, value)
    } else if (state === 'trees') section = keep(line, section, trees)
  }
  if (state === 'trees') throw new Unreadable('the trees do not end', text.length)
  const wanted = Number(header.get('tree_sizes')?.split(' ').filter(Boolean).length ?? trees.length)
  if (trees.length !== wanted) throw new Unreadable(`it has ${trees.length} trees, and says ${wanted}`, 0)
  return { header, trees, parameters }
}

function keep(line: string, section: Map<string, string>, trees: Map<string, string>[]): Map<string, string> {
  const at = line.indexOf('=')
  if (line === '') return section
  if (at === -1 && /^\w+$/.test(line)) return section.set(line, '')
  if (at === -1) throw new Unreadable(`a line is neither a key nor a value: ${line.slice(0, 60)}`, 0)
  const key = line.slice(0, at)
  if (key !== 'Tree') return section.set(key, line.slice(at + 1))
  if (trees.length >= TREES_MAX) throw new Unreadable(`it has more than ${TREES_MAX} trees`, 0, true)
  const tree = new Map<string, string>()
  trees.push(tree)
  return tree
}
