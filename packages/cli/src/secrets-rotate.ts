import { readStorage } from '@millrace/server/config'
import { type Command, EXIT } from './command.ts'
import { databaseOptions } from './database-options.ts'

/** `millrace secrets rotate` */
export const secretsRotate: Command = {
  name: 'secrets rotate',
  about: 'Encrypt the stored secrets with a new key',
  options: databaseOptions,
  details:
    "Webhooks' secrets are encrypted in the database, with a key that is kept elsewhere. Where that is a file, this adds a new key to " +
    'it, encrypts every secret anew and drops the keys before the last one. Where the keys are in MILLRACE_SECRET_KEY, put the new one ' +
    'first (`openssl rand -base64 32`), a comma, and the old one behind it; after this has run, and the server was started with both, ' +
    'the old one can go. The server may run meanwhile.',
  examples: [['millrace secrets rotate', 'of the database in ./millrace-data']],
  async run({ given, env }) {
    const { location, keys } = readStorage(given, env)
    const { rotateSecrets } = await import('@millrace/server/operate')
    const { secrets, key_id } = await rotateSecrets(location, keys)
    process.stdout.write(`${secrets} secret${secrets === 1 ? ' is' : 's are'} encrypted with key ${key_id} now.\n`)
    return EXIT.fine
  },
}
