import type { Checkout, Violation } from './checkout.ts'

/** Files of the server outside `db/` that may say which database it is, and why. */
export type Exception = { readonly path: string; readonly why: string }

/** Law 8: which database it is stays inside `db/`; what differs is a helper of the dialect. */
export function databaseWords({ texts }: Checkout, exceptions: readonly Exception[]): Violation[] {
  const allowed = new Set(exceptions.map(({ path }) => path))
  const used = new Set<string>()
  const found: Violation[] = []
  for (const [path, text] of texts) {
    if (!/^packages\/server\/src\/(?!db\/|testing\/).*\.ts$/.test(path) || path.endsWith('.test.ts')) continue
    for (const { line, match } of matches(text, /sqlite|postgres/i)) {
      used.add(path)
      if (!allowed.has(path))
        found.push({ path, line, message: `'${match}': what differs between databases is a helper in db/dialect.ts.` })
    }
  }
  const stale = exceptions.filter(({ path }) => !used.has(path))
  return [
    ...found,
    ...stale.map(({ path }) => ({ path: 'tools/tidy/laws.ts', message: `${path} no longer names a database: strike it off.` })),
  ]
}

const MACHINE = /(?<![\w./-])\/(?:home|Users|work|root|mnt|var\/folders)\/[\w.-]+|\b[A-Z]:\\Users\\/
const REGISTRY = /registry\.(?:npmjs\.org|yarnpkg\.com|npmmirror\.com)|files\.pythonhosted\.org|pypi\.org\/simple|"resolved": "https?:/

/** No path of somebody's machine and no registry's host is in a tracked file: a clone works anywhere, through any mirror. */
export function machinePaths({ texts }: Checkout, root: string): Violation[] {
  const found: Violation[] = []
  for (const [path, text] of texts) {
    for (const { line, match } of [...matches(text, MACHINE), ...matches(text, literally(root.replace(/\/$/, '')))]) {
      found.push({
        path,
        line,
        message: `'${match}' is a path of one machine: work it out from import.meta.url, or take it as a parameter.`,
      })
    }
    for (const { line, match } of matches(text, REGISTRY)) {
      found.push({ path, line, message: `'${match}' names a registry: leave that to the user's own npm or pip settings.` })
    }
  }
  return found
}

// Spelled so that this file does not hold the words that it looks for.
// What git leaves where two changes met.
const CONFLICT = /^(?:<{7}|>{7}) /m
const LATER = new RegExp(`\\b(?:${['TO'.concat('DO'), 'FIX'.concat('ME'), 'XX'.concat('X')].join('|')})\\b`)
const UNFINISHED_TEST = /\b(?:test|it|describe)\.(?:only|todo|skip)\(/

/** What is not done is not in the code, and every test runs. */
export function unfinished({ texts }: Checkout): Violation[] {
  return [...texts].flatMap(([path, text]) => [
    ...matches(text, LATER).map(({ line }) => ({ path, line, message: 'finish it, or write it down in an issue.' })),
    ...matches(text, CONFLICT).map(({ line }) => ({ path, line, message: 'two versions of these lines met: keep one.' })),
    ...(path.endsWith('.test.ts')
      ? matches(text, UNFINISHED_TEST).map(({ line, match }) => ({ path, line, message: `'${match}...': every test runs, everywhere.` }))
      : []),
  ])
}

/** Law 15: programs are started by an argument array, never through a shell. */
export function shells({ sources }: Checkout): Violation[] {
  return sources.flatMap(({ path, text, imports }) => [
    ...imports
      .filter(({ from, names }) => from.endsWith('child_process') && names.some((name) => name === 'exec' || name === 'execSync'))
      .map(({ line }) => ({ path, line, message: 'exec runs a shell: use execFile or spawn with an array of arguments.' })),
    ...matches(text, /\bshell: true\b/)
      .filter(() => path !== 'tools/tidy/words.ts' && path !== 'tools/tidy/laws.test.ts')
      .map(({ line }) => ({ path, line, message: 'no shell: give the program an array of arguments.' })),
  ])
}

const literally = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))

function matches(text: string, pattern: RegExp): { line: number; match: string }[] {
  if (!pattern.test(text)) return []
  return text.split('\n').flatMap((one, at) => {
    const match = pattern.exec(one)?.[0]
    return match === undefined ? [] : [{ line: at + 1, match }]
  })
}
