import { posix } from 'node:path'
import type { Checkout, Violation } from './checkout.ts'

const EMPTY_WORDS = new Set(['utils', 'util', 'common', 'shared', 'helpers', 'helper', 'misc'])
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|types|d))?\.ts$/
const MIGRATION = /^\d{3}-[a-z0-9-]+\.ts$/

/** Files that a tool asks a default export of. */
const MAY_DEFAULT = new Set(['tools/test/reporter.ts', 'packages/web/vite.config.ts'])

/** A file or folder is named after what it holds, in kebab-case. */
export function fileNames({ texts, sources }: Checkout): Violation[] {
  const empty = [...texts.keys()].flatMap((path) => {
    const word = path.split('/').find((part) => EMPTY_WORDS.has(part.replace(/\..*$/, '')))
    return word === undefined ? [] : [{ path, message: `'${word}' says nothing: name it after what it holds.` }]
  })
  const oddly = sources.flatMap(({ path }) => {
    const name = posix.basename(path)
    if (path === 'packages/web/vite.config.ts') return []
    return KEBAB.test(name) || MIGRATION.test(name) ? [] : [{ path, message: 'name the file in kebab-case, as in run-store.ts.' }]
  })
  return [...empty, ...oddly]
}

/** Named exports only, no `export *`, and nothing passed on but by a front door. */
export function exportsOf({ sources }: Checkout): Violation[] {
  return sources.flatMap(({ path, defaults, reexports }) => [
    ...(MAY_DEFAULT.has(path) ? [] : defaults).map((line) => ({ path, line, message: 'export it by its name, not as the default.' })),
    ...reexports
      .filter(({ everything }) => everything || posix.basename(path) !== 'index.ts')
      .map(({ line, everything }) => ({
        path,
        line,
        message: everything
          ? 'name what is exported: `export *` hides what a door opens on.'
          : "import it from where it is made: only a front door (index.ts) passes on another file's exports.",
      })),
  ])
}
