import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Environment, type Given, type Option, secretIn } from '@millrace/server/config'

const group = 'Keys'

/** Where keys are kept. */
export const keysOption: Option = {
  flag: 'keys',
  variables: ['MILLRACE_KEYS'],
  value: '<folder>',
  fallback: '~/.config/millrace/keys',
  about: 'The folder of your keys and of trust.json',
  group,
}

/** By what is signed. */
export const signerOptions: readonly Option[] = [
  {
    flag: 'key',
    value: '<name|file>',
    fallback: 'the private key in MILLRACE_SIGNING_KEY',
    about: 'A key of yours by its name, or the file of a private key as PEM (P-256, P-384 or P-521)',
    group,
  },
  {
    flag: 'signer',
    value: '<file>',
    about: 'Instead of a key: a JSON file that names a program which signs (PKCS#11, a cloud’s key service)',
    group,
  },
  { flag: 'certificate', value: '<file>', about: 'The certificate of the key, as PEM: readers then need its authority only', group },
  { flag: 'certificate-chain', value: '<file>', about: 'Further certificates, up to the authority', group },
  keysOption,
]

/** The folder of keys. */
export function keyFolder(given: Given, env: Environment): string {
  const told = textOf(given, 'keys') ?? env.MILLRACE_KEYS
  return told || join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'millrace', 'keys')
}

/** The password of a private key: from the environment or a mounted file, never from a flag. */
export const keyPassword = (env: Environment): string | undefined => secretIn(env, 'MILLRACE_KEY_PASSWORD')

/** A flag's value; undefined when it isn't given. */
export function textOf(given: Given, flag: string): string | undefined {
  const value = given[flag]
  return typeof value === 'string' ? value : undefined
}

/** A flag's values, which commas separate. */
export const listOf = (given: Given, flag: string): readonly string[] =>
  (textOf(given, flag) ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
