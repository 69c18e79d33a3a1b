import { createRequire } from 'node:module'

const CORE_LENGTH_MIN = 8
const AROUND = /^[\d\W_]+|[\d\W_]+$/g

let known: ReadonlySet<string> | undefined

// Read when the first password is set: 420 kB that a start and a login have no use for.
function passwords(): ReadonlySet<string> {
  known ??= new Set(
    (createRequire(import.meta.url)('@zxcvbn-ts/language-common') as { dictionary: Record<string, readonly string[]> }).dictionary[
      'passwords-common'
    ],
  )
  return known
}

/** Whether a password stands in the list of those that breaches brought to light, as it is or with digits and signs put around it. */
export function isBreached(password: string): boolean {
  const lower = password.toLowerCase()
  if (passwords().has(lower)) return true
  const core = lower.replace(AROUND, '')
  return core.length >= CORE_LENGTH_MIN && passwords().has(core)
}
