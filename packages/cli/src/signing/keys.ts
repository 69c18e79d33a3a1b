import { ConfigProblem, type Option } from '@millrace/server/config'
import type { CurveName, Kind } from '@millrace/sign'
import type { StoredKey } from '@millrace/sign/make'
import { type Command, EXIT, type Told } from '../command.ts'
import { keyFolder, keyPassword, keysOption, listOf, textOf } from './key-options.ts'

const json: Option = { flag: 'json', about: 'Tell it as JSON', group: 'Output' }
const NAME = { name: 'name', about: 'The name of the key' }
const PASSWORD =
  'The private key is kept in the folder of keys, for you alone; with MILLRACE_KEY_PASSWORD (or a file in MILLRACE_KEY_PASSWORD_FILE) ' +
  'it is encrypted. trust.json beside it holds the public half: it is what servers (--signing-trust) and `millrace verify --trust` need.'

const nameIn = ({ args }: Told, command: string): string => {
  if (args[0] === undefined) throw new ConfigProblem(`Which key? millrace ${command} <name>.`)
  return args[0]
}

const storeOf = async ({ given, env }: Told) => {
  const { KeyStore } = await import('@millrace/sign/make')
  return new KeyStore(keyFolder(given, env))
}

const tell = ({ name, id, curve, may }: StoredKey, trust_file: string): string =>
  `Key ${name} (${curve}) for ${may.join(', ')}\n  id     ${id}\n  trust  ${trust_file}\n`

/** `millrace keys make` */
export const keysMake: Command = {
  name: 'keys make',
  about: 'Make a key to sign models with',
  options: [
    { flag: 'curve', value: '<curve>', fallback: 'P-256', choices: ['P-256', 'P-384', 'P-521'], about: 'The curve', group: 'The key' },
    {
      flag: 'for',
      value: '<kinds>',
      fallback: 'signature,provenance',
      about: 'What its word counts for, separated by commas: signature, provenance, scan, approval, other',
      group: 'The key',
    },
    json,
    keysOption,
  ],
  argument: NAME,
  details: PASSWORD,
  examples: [
    ['millrace keys make release', 'a key that models are signed with'],
    ['millrace keys make server --for scan,approval', "a server's own key, for what it finds out (--signing-key)"],
  ],
  async run(told) {
    const name = nameIn(told, 'keys make')
    const curve = textOf(told.given, 'curve') ?? 'P-256'
    const known = ['P-256', 'P-384', 'P-521'].find((one) => one === curve.toUpperCase())
    if (known === undefined) throw new ConfigProblem(`--curve is one of P-256, P-384, P-521, not "${curve}".`)
    const { KINDS } = await import('@millrace/sign')
    const kinds = listOf(told.given, 'for')
    const other = kinds.find((kind) => !(KINDS as readonly string[]).includes(kind))
    if (other !== undefined) throw new ConfigProblem(`--for takes ${KINDS.join(', ')}, not "${other}".`)
    const store = await storeOf(told)
    const may = kinds.length > 0 ? (kinds as readonly Kind[]) : (['signature', 'provenance'] as const)
    const made = store.make(name, known as CurveName, may, keyPassword(told.env))
    process.stdout.write(told.given.json === true ? `${JSON.stringify(made)}\n` : tell(made, store.trust_file))
    return EXIT.fine
  },
}

/** `millrace keys list` */
export const keysList: Command = {
  name: 'keys list',
  about: 'List the keys that sign models, and those that no longer do',
  options: [json, keysOption],
  examples: [['millrace keys list', 'names, ids, and what became of them']],
  async run(told) {
    const store = await storeOf(told)
    const keys = store.list()
    if (told.given.json === true) process.stdout.write(`${JSON.stringify({ trust_file: store.trust_file, keys })}\n`)
    else if (keys.length === 0) process.stdout.write(`There are no keys in ${store.folder}: millrace keys make <name>.\n`)
    for (const { name, id, curve, may, state, reason } of told.given.json === true ? [] : keys) {
      const why = reason ? ` (${reason})` : ''
      process.stdout.write(`${name.padEnd(16)} ${state.padEnd(8)} ${curve}  ${id}  ${may.join(',')}${why}\n`)
    }
    return EXIT.fine
  },
}

/** `millrace keys rotate` */
export const keysRotate: Command = {
  name: 'keys rotate',
  about: "Make a key's successor; what the old one signed still counts",
  options: [json, keysOption],
  argument: NAME,
  details: `The old private key is deleted, and its public half stays trusted until it is revoked. ${PASSWORD}`,
  examples: [['millrace keys rotate release', 'from now on the new key signs as release']],
  async run(told) {
    const store = await storeOf(told)
    const made = store.rotate(nameIn(told, 'keys rotate'), keyPassword(told.env))
    process.stdout.write(told.given.json === true ? `${JSON.stringify(made)}\n` : tell(made, store.trust_file))
    return EXIT.fine
  },
}

/** `millrace keys revoke` */
export const keysRevoke: Command = {
  name: 'keys revoke',
  about: 'Say that a key or a certificate no longer counts, whatever it signed and whenever',
  options: [{ flag: 'reason', value: '<text>', about: 'Why, for those who meet a signature of it', group: 'The key' }, json, keysOption],
  argument: { name: 'name|id', about: 'A key by its name (all that had it) or id, or the SHA-256 of a certificate' },
  details:
    'The id is put on the list of revoked ones in trust.json, and the private key, if it is here, is deleted. Servers that were started ' +
    'with this file read it again by themselves; copies of it elsewhere must be replaced.',
  examples: [['millrace keys revoke release --reason "laptop lost"', 'nothing that release signed is trusted any more']],
  async run(told) {
    const store = await storeOf(told)
    const ids = store.revoke(nameIn(told, 'keys revoke'), textOf(told.given, 'reason') ?? '')
    if (told.given.json === true) process.stdout.write(`${JSON.stringify({ revoked: ids, trust_file: store.trust_file })}\n`)
    else process.stdout.write(`${ids.map((id) => `Revoked ${id}`).join('\n')}\n  trust  ${store.trust_file}\n`)
    return EXIT.fine
  },
}
