import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where inputs are kept that once broke a reader. */
export const FOUND = new URL('found/', import.meta.url).pathname

/** The inputs that fuzzing found, each with the fuzzer that did: its reader must end as it may from then on. */
export function foundInputs(): { target: string; name: string; bytes: Buffer }[] {
  return readdirSync(FOUND)
    .map((file) => ({ file, parts: file.split('@') }))
    .filter(({ parts }) => parts.length === 3)
    .map(({ file, parts: [target = '', , name = ''] }) => ({ target, name, bytes: readFileSync(join(FOUND, file)) }))
}
