import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where inputs are kept that once broke a reader. */
export const FOUND = new URL('found/', import.meta.url).pathname

/** The inputs that fuzzing found: they must be looked at without an error from then on. */
export function foundInputs(): { name: string; bytes: Buffer }[] {
  return readdirSync(FOUND)
    .filter((name) => name.endsWith('.bin'))
    .map((name) => ({ name, bytes: readFileSync(join(FOUND, name)) }))
}
