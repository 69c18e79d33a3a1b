import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSources, type Source } from './source.ts'

/** One breach of a law: where, and what to do about it. */
export type Violation = { readonly path: string; readonly line?: number; readonly message: string }

/** What the laws look at: every file of the repository, by its path, and the TypeScript among them parsed. */
export type Checkout = {
  readonly texts: ReadonlyMap<string, string>
  readonly sources: readonly Source[]
}

/** The folder that holds README.md. */
export const ROOT = new URL('../..', import.meta.url).pathname

const TEXT = /\.(ts|mts|js|mjs|cjs|json|md|py|sh|yml|yaml|toml|txt|css|html|svg)$|(^|\/)(millrace|\.npmrc|\.gitignore|run|LICENSE|[A-Z_]+)$/

const isSource = (path: string): boolean => path.endsWith('.ts') && !path.endsWith('.d.ts')

/** Checkouts made of texts, parsed at once: the laws' own tests break them one by one. */
export function checkoutsOf(many: readonly ReadonlyMap<string, string>[]): Checkout[] {
  const all = many.flatMap((texts, at) =>
    [...texts].filter(([path]) => isSource(path)).map(([path, text]) => [`${at}/${path}`, text] as const),
  )
  const parsed = Map.groupBy(parseSources(new Map(all)), ({ path }) => Number.parseInt(path, 10))
  return many.map((texts, at) => ({
    texts,
    sources: (parsed.get(at) ?? []).map((source) => ({ ...source, path: source.path.slice(source.path.indexOf('/') + 1) })),
  }))
}

/** This checkout: what git tracks, and what is new and not ignored. */
export function readCheckout(): Checkout {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  const paths = [...new Set(listed.split('\0'))].filter((path) => path !== '' && TEXT.test(path) && existsSync(join(ROOT, path)))
  const texts = new Map(paths.sort().map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]))
  return { texts, sources: parseSources(new Map([...texts].filter(([path]) => isSource(path)))) }
}

/** `path:line: what to do`, for one line of output. */
export const describeViolation = ({ path, line, message }: Violation): string =>
  `${path}${line === undefined ? '' : `:${line}`}: ${message}`
