import { ConfigProblem, readStorage } from '@millrace/server/config'
import { type Command, EXIT } from './command.ts'
import { databaseOptions } from './database-options.ts'

/** `millrace tokens revoke` */
export const tokensRevoke: Command = {
  name: 'tokens revoke',
  about: 'End an API token',
  options: databaseOptions,
  argument: { name: 'id', about: 'The id that millrace tokens list tells' },
  details: 'A server that runs refuses it within half a second, each of its processes.',
  examples: [['millrace tokens revoke 0b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d', 'at once']],
  async run({ given, args, env }) {
    const id = args[0]
    if (!id) throw new ConfigProblem("millrace tokens revoke takes a token's id: see millrace tokens list.")
    if (id.startsWith('mlr_')) {
      throw new ConfigProblem('That is a token itself, and everybody on this machine can read a command line: give its id, and revoke it.')
    }
    const { location } = readStorage(given, env)
    const { revokeToken } = await import('@millrace/server/operate')
    const { username, name } = await revokeToken(location, id)
    process.stdout.write(`The token "${name.replace(/\p{Cc}/gu, '?')}" of ${username} has ended.\n`)
    return EXIT.fine
  },
}
