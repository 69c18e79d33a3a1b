import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { KeyRing, type Keys, newKey, readKeys } from './key-ring.ts'

/** A ring whose keys are in a file that only its owner may read; the file is made when the first secret is kept. */
export const keysInFile = (file: string): KeyRing =>
  new KeyRing(
    () => readOrMake(file),
    () => readKeyFile(file),
  )

/** @throws Error when others may read the file */
export function readKeyFile(file: string): Keys {
  if ((statSync(file).mode & 0o077) !== 0) {
    throw new Error(
      `Others than its owner may read the key file ${file}: chmod 600 it, and rotate the key if somebody else has been there.`,
    )
  }
  return readKeys(readFileSync(file, 'utf8'), file)
}

/** Puts a new key before the others. Gives their names as they were before. */
export function addKey(file: string): Keys {
  const before = readOrMake(file)
  replace(file, [newKey(), ...[...before.values()].map((key) => key.reveal())])
  return before
}

/** Leaves the current key and those that `keep` names. */
export function dropKeys(file: string, keep: ReadonlySet<string>): void {
  const kept = [...readKeyFile(file)].filter(([id], at) => at === 0 || keep.has(id))
  replace(
    file,
    kept.map(([, key]) => key.reveal()),
  )
}

function readOrMake(file: string): Keys {
  try {
    return readKeyFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  mkdirSync(dirname(file), { recursive: true })
  const own = `${file}.${process.pid}`
  writeFileSync(own, `${newKey()}\n`, { mode: 0o600, flush: true })
  try {
    // A link is made whole or not at all, and not over one that another process made meanwhile.
    linkSync(own, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(own, { force: true })
  }
  return readKeyFile(file)
}

function replace(file: string, keys: readonly string[]): void {
  const next = `${file}.${process.pid}`
  writeFileSync(next, `${keys.join('\n')}\n`, { mode: 0o600, flush: true })
  renameSync(next, file)
}
