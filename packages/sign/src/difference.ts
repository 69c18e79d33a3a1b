import type { FileDigest } from './digests.ts'
import { keyOf, type Resource } from './oms.ts'

/** How a model differs from the one that was signed. */
export type Difference = {
  /** Files that are there and were not signed. */
  readonly added: readonly string[]
  /** Files that were signed and are not there. */
  readonly missing: readonly string[]
  /** Files whose bytes are others. */
  readonly changed: readonly string[]
}

/** What differs between the files that were signed and those that are there. */
export function differenceOf(signed: readonly Resource[], there: readonly Resource[]): Difference {
  const before = new Map(signed.map((one) => [keyOf(one), one.digest]))
  const now = new Map(there.map((one) => [keyOf(one), one.digest]))
  return {
    added: [...now.keys()].filter((name) => !before.has(name)).sort(),
    missing: [...before.keys()].filter((name) => !now.has(name)).sort(),
    changed: [...now]
      .filter(([name, digest]) => before.has(name) && before.get(name) !== digest)
      .map(([name]) => name)
      .sort(),
  }
}

/** Whether they are the same files. */
export const isSame = ({ added, missing, changed }: Difference): boolean => added.length + missing.length + changed.length === 0

/** Files that were hashed whole, as resources. */
export const asResources = (files: readonly FileDigest[]): readonly Resource[] =>
  files.map(({ path, sha256 }) => ({ path: path || '.', start: 0, end: undefined, digest: sha256 }))

const NAMES_MAX = 5

/** A difference for people: which files, as far as they fit in a sentence. */
export function explainDifference({ added, missing, changed }: Difference): string {
  const say = (names: readonly string[], what: string): string[] => {
    if (names.length === 0) return []
    const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : ''
    return [
      `${what} ${names
        .slice(0, NAMES_MAX)
        .map((name) => JSON.stringify(name))
        .join(', ')}${more}`,
    ]
  }
  return [...say(changed, 'changed:'), ...say(added, 'not signed:'), ...say(missing, 'missing:')].join('; ')
}
