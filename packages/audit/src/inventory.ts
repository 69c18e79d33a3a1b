import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Context } from './finding.ts'
import { type IgnoreRule, ignoreRules, isIgnored } from './ignored.ts'
import { anyOf } from './syntax/any-of.ts'
import { trackedBelow } from './tracked.ts'

/** A file to look at, and what it is there for. */
export type AuditedFile = { readonly file: string; readonly text: string; readonly context: Context }

/** Everything that an audit looks at below a folder. */
export type Inventory = {
  readonly files: readonly AuditedFile[]
  /** Files that hold no text, or too much: looked at by `millrace scan`, not here. */
  readonly not_read: readonly string[]
}

const NEVER = new Set([
  'node_modules',
  '.git',
  '.hg',
  '.svn',
  'venv',
  '.venv',
  '__pycache__',
  'site-packages',
  '.tox',
  '.mypy_cache',
  '.pytest_cache',
  '.ipynb_checkpoints',
])
/** Pickles may be of text alone: by their name, or by a name of a module and one in it, each on its line, and a dot at the end. */
const MODEL = /\.(?:pkl|pickle|joblib|dill)$/i
const isPickled = (text: string): boolean => text.endsWith('.') && /(?:^|[\n(])c[A-Za-z_][\w.]*\n[A-Za-z_][\w.]*\n/.test(text)
const BYTES_MAX = 5 * 1024 * 1024
const HEAD_BYTES = 8192
const FILES_MAX = 200_000

/**
 * Reads the files below a folder, or one file: without those of others' packages, and, where their .gitignore is heeded, without those that
 * git ignores. What was committed all the same is read.
 */
export function takeInventory(root: string, heeds_gitignore = true): Inventory {
  const files: AuditedFile[] = []
  const not_read: string[] = []
  if (lstatSync(root).isFile()) {
    take(root, basename(root), files, not_read)
    return { files, not_read }
  }
  const ignores = heeds_gitignore ? { rules: [], tracked: trackedBelow(root), all: false } : undefined
  walk(root, '', ignores, (path, file) => {
    if (files.length >= FILES_MAX) throw new Error(`${root} has more than ${FILES_MAX} files: audit its folders one by one.`)
    take(path, file, files, not_read)
  })
  return { files, not_read }
}

/** What git leaves out of a folder: all that it does not keep, where the folder itself is ignored. */
type Ignores = { readonly rules: readonly IgnoreRule[]; readonly tracked: ReadonlySet<string>; readonly all: boolean }

function walk(root: string, folder: string, above: Ignores | undefined, each: (path: string, file: string) => void): void {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  const own = above && entries.some((entry) => entry.name === '.gitignore' && entry.isFile())
  const rules = own
    ? [...above.rules, ...ignoreRules(readFileSync(join(root, folder, '.gitignore'), 'utf8'), folder)]
    : (above?.rules ?? [])
  for (const entry of entries) {
    const file = folder === '' ? entry.name : `${folder}/${entry.name}`
    const ignored = above !== undefined && (above.all || isIgnored(file, entry.isDirectory(), rules))
    if (NEVER.has(entry.name) || (ignored && !above.tracked.has(file))) continue
    if (entry.isDirectory()) walk(root, file, above && { ...above, rules, all: ignored }, each)
    else if (entry.isFile()) each(join(root, file), file)
  }
}

function take(path: string, file: string, files: AuditedFile[], not_read: string[]): void {
  const read = readAudited(path, file)
  if (read) files.push(read)
  else not_read.push(file)
}

/** A file as an audit reads it, under its name in the report; nothing where it holds no text, or too much, or a model. */
export function readAudited(path: string, file: string): AuditedFile | undefined {
  if (lstatSync(path).size > BYTES_MAX || MODEL.test(file)) return undefined
  const bytes = readFileSync(path)
  if (bytes.subarray(0, HEAD_BYTES).includes(0)) return undefined
  const text = bytes.toString('utf8').replaceAll('\r\n', '\n')
  return isPickled(text) ? undefined : { file, text, context: contextOf(file) }
}

const TEST = anyOf(
  '',
  /(?:^|\/)(?:tests?|__tests__|testing|fixtures|testdata|spec|e2e|conformance)\//,
  /(?:^|\/)(?:test_[^/]*|conftest|[^/]*_test)\.py$|(?:^|\/)[^/]*_test\.go$/,
  /\.(?:test|spec)\.[cm]?[jt]sx?$/,
)
const DOCUMENTATION = /(?:^|\/)(?:docs?|examples?|samples?|tutorials?)\/|\.(?:md|mdx|rst|adoc)$/i
/** What an agent reads as instructions is more than documentation. */
const SKILL = /(?:^|\/)(?:SKILL|AGENTS|CLAUDE)\.md$|(?:^|\/)\.cursorrules$/

/** What a file is there for, by its path. */
export function contextOf(file: string): Context {
  if (TEST.test(file)) return 'test'
  if (SKILL.test(file)) return 'code'
  return DOCUMENTATION.test(file) ? 'documentation' : 'code'
}
