import { basename } from 'node:path'
import type { AuditedFile } from './inventory.ts'
import { isMakefile, makefileUnits } from './makefile.ts'
import { withPrograms } from './programs.ts'
import { type Language, Unit } from './unit.ts'

const BY_ENDING: readonly [RegExp, Language][] = [
  [/\.pyi?$/, 'python'],
  [/\.(?:sh|bash|zsh)$/, 'shell'],
  [/\.[cm]?[jt]sx?$/, 'javascript'],
  [/\.ya?ml$|^MLmodel$|^MLproject$/, 'yaml'],
  [/^Dockerfile|\.dockerfile$|^Containerfile/i, 'dockerfile'],
  [/\.(?:md|mdx|markdown)$/i, 'markdown'],
  [/^requirements.*\.txt$|^constraints.*\.txt$/, 'requirements'],
  [/^\.env|\.(?:ini|cfg|conf|toml|env|properties)$|^\.(?:npmrc|pypirc|netrc)$/, 'config'],
]

/** What a file is written in, by its name, or by its first line. */
export function languageOf({ file, text }: AuditedFile): Language {
  const name = basename(file)
  if (/\.(?:csv|tsv|jsonl|ndjson|geojson|svg|lock)$/i.test(name) || isGenerated(name, text)) return 'data'
  const known = BY_ENDING.find(([pattern]) => pattern.test(name))?.[1]
  if (known) return known
  if (/^#!.*\b(?:ba|z)?sh\b/.test(text)) return 'shell'
  return /^#!.*\bpython/.test(text) ? 'python' : 'text'
}

const LINE_OF_PEOPLE_MAX = 5000

/** A bundle: nobody wrote a line of five thousand signs. */
const isGenerated = (name: string, text: string): boolean =>
  /\.(?:[cm]?js|css|html?)$/.test(name) &&
  text.length > LINE_OF_PEOPLE_MAX &&
  text.split('\n').some((line) => line.length > LINE_OF_PEOPLE_MAX)

/** The units of a file: itself, and what other languages are in it. */
export const split = (audited: AuditedFile): Unit[] => parts(audited).flatMap(withPrograms)

function parts(audited: AuditedFile): Unit[] {
  const { file, text, context } = audited
  if (file.endsWith('.ipynb')) return notebook(audited)
  const language = languageOf(audited)
  const whole = new Unit(file, language, text, context)
  if (language === 'markdown') return [whole, ...fences(audited)]
  if (language === 'yaml') return [whole, ...scripts(audited)]
  if (language === 'text' && /\.json[5c]?$/i.test(file)) return [whole, new Unit(file, 'json', text, context)]
  if (language === 'text' && isMakefile(file)) return makefileUnits(audited)
  return [whole]
}

const FENCE_LANGUAGES: Readonly<Record<string, Language>> = {
  python: 'python',
  py: 'python',
  python3: 'python',
  bash: 'shell',
  sh: 'shell',
  shell: 'shell',
  console: 'shell',
  zsh: 'shell',
  yaml: 'yaml',
  yml: 'yaml',
  dockerfile: 'dockerfile',
  docker: 'dockerfile',
  js: 'javascript',
  javascript: 'javascript',
  ts: 'javascript',
  typescript: 'javascript',
  ini: 'config',
  env: 'config',
  dotenv: 'config',
  toml: 'config',
}

/** The code in Markdown: between lines of three or more ` or ~. */
function fences({ file, text, context }: AuditedFile): Unit[] {
  const units: Unit[] = []
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const open = /^(\s*)(`{3,}|~{3,})\s*\{?\.?([\w+-]*)/.exec(lines[at] ?? '')
    if (!open) continue
    const [, indent = '', mark = '', name = ''] = open
    const first = at + 1
    at = first
    while (at < lines.length && !(lines[at] ?? '').trim().startsWith(mark)) at++
    const language = FENCE_LANGUAGES[name.toLowerCase()]
    if (!language) continue
    const inside = lines.slice(first, at).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    units.push(...withMagic(new Unit(file, language, inside.join('\n'), context, (line) => first + line)))
  }
  return units
}

/** Scripts in the YAML of a CI: what `run:` and `script:` hold. */
function scripts({ file, text, context }: AuditedFile): Unit[] {
  const lines = text.split('\n')
  return lines.flatMap((line, at) => {
    const match = /^(\s*)(?:- )?(?:run|script|before_script|command|args):\s*(\S.*)?$/.exec(line)
    if (!match) return []
    const value = (match[2] ?? '').trim()
    if (value !== '' && !/^[|>][+-]?\d?$/.test(value)) return [new Unit(file, 'shell', unlist(value), context, () => at + 1)]
    const indent = (match[1] ?? '').length
    let end = at + 1
    while (end < lines.length && (/^\s*$/.test(lines[end] ?? '') || (lines[end] ?? '').search(/\S/) > indent)) end++
    const body = lines.slice(at + 1, end).map((one) => one.replace(/^\s*-\s+(?=\S)/, ''))
    return body.length === 0 ? [] : [new Unit(file, 'shell', body.join('\n'), context, (n) => at + 1 + n)]
  })
}

const unlist = (value: string): string =>
  value.startsWith('[') ? value.replace(/^\[|\]$/g, '').replaceAll(/["']\s*,\s*["']/g, '" "') : value

type Cell = { cell_type?: unknown; source?: unknown }

/** The cells of a notebook, each line where it stands in the file. */
function notebook({ file, text, context }: AuditedFile): Unit[] {
  const whole = new Unit(file, 'notebook', text, context)
  let cells: Cell[]
  try {
    const parsed: unknown = JSON.parse(text)
    cells = typeof parsed === 'object' && parsed !== null && 'cells' in parsed && Array.isArray(parsed.cells) ? parsed.cells : []
  } catch {
    return [whole]
  }
  let from = 0
  let line_from = 1
  const lineOf = (source: string): number => {
    const found = text.indexOf(JSON.stringify(source).slice(1, -1), from)
    if (found === -1) return line_from
    for (let at = text.indexOf('\n', from); at !== -1 && at < found; at = text.indexOf('\n', at + 1)) line_from++
    from = found
    return line_from
  }
  const program: string[] = []
  const places: number[] = []
  const others: Unit[] = []
  for (const { cell_type, source } of cells) {
    if (cell_type !== 'code' && cell_type !== 'markdown') continue
    const joined = Array.isArray(source) ? source.join('') : String(source ?? '')
    const inside = joined.split('\n')
    const own = inside.map((line) => (line === '' ? line_from : lineOf(line)))
    const inFile = (line: number): number => own[line - 1] ?? line_from
    if (cell_type === 'markdown') others.push(new Unit(file, 'markdown', joined, context, inFile))
    else if (/^%%writefile\b/.test(joined)) others.push(...written(joined, file, context, inFile))
    else if (/^%%(?:bash|sh)\b/.test(joined)) others.push(...withMagic(new Unit(file, 'python', joined, context, inFile)))
    else if (!joined.startsWith('%%') || /^%%(?:time|timeit|capture)\b/.test(joined)) {
      program.push(...inside)
      places.push(...own)
    }
  }
  // Cells are one program: what one imports, another uses.
  const python = new Unit(file, 'python', program.join('\n'), context, (line) => places[line - 1] ?? line_from)
  return [whole, ...others, ...(program.length > 0 ? withMagic(python) : [])]
}

/** The program that a cell writes to a file. */
function written(cell: string, file: string, context: Unit['context'], inFile: (line: number) => number): Unit[] {
  const name = /^%%writefile\s+(?:-a\s+)?(\S+)/.exec(cell)?.[1] ?? ''
  const text = cell.replace(/^.*/, '')
  return [new Unit(file, languageOf({ file: name, text, context }), text, context, inFile)]
}

const MAGIC = /^\s*(?:!|%(?=pip|conda|sh))\s*/

/** Python as notebooks write it: lines that begin with ! are for a shell, and those with % are no Python either. */
function withMagic(unit: Unit): Unit[] {
  if (unit.language !== 'python' || !/^\s*[!%]/m.test(unit.text)) return [unit]
  const lines = unit.lines
  if (/^%%(?:bash|sh)\b/.test(lines[0] ?? '')) {
    return [new Unit(unit.file, 'shell', ['', ...lines.slice(1)].join('\n'), unit.context, (line) => unit.lineInFile(line))]
  }
  const keep = (pattern: RegExp, is_kept: boolean): string =>
    lines.map((line) => (pattern.test(line) === is_kept ? line.replace(MAGIC, '') : '')).join('\n')
  const inFile = (line: number): number => unit.lineInFile(line)
  return [
    new Unit(unit.file, 'python', lines.map((line) => (/^\s*[!%]/.test(line) ? '' : line)).join('\n'), unit.context, inFile),
    new Unit(unit.file, 'shell', keep(MAGIC, true), unit.context, inFile),
  ]
}
