import { readStorage } from '@millrace/server/config'
import { type Command, EXIT } from './command.ts'
import { databaseOptions } from './database-options.ts'
import { onlyOn } from './only-on.ts'
import { day, JSON_OPTION, rows } from './rows.ts'
import { userArgument } from './user-argument.ts'

/** `millrace tokens list` */
export const tokensList: Command = {
  name: 'tokens list',
  about: 'List the API tokens of an account, or of all',
  options: [JSON_OPTION, ...databaseOptions],
  argument: { ...userArgument, about: "The account's name; all accounts without it" },
  examples: [
    ['millrace tokens list', 'everybody’s'],
    ['millrace tokens list ci', 'those of one account'],
  ],
  async run({ given, args, env }) {
    const { location } = readStorage(given, env)
    const { listTokens } = await import('@millrace/server/operate')
    const tokens = await listTokens(location, args[0])
    if (given.json === true) process.stdout.write(`${JSON.stringify(tokens)}\n`)
    else {
      const lines = tokens.map((one) => [
        one.token_id,
        one.username,
        one.name,
        one.scopes,
        onlyOn(one) || 'all',
        one.expires_ms === null ? 'never' : day(one.expires_ms),
        day(one.last_used_ms),
      ])
      process.stdout.write(rows(['id', 'account', 'name', 'scope', 'only on', 'expires', 'last used'], lines))
    }
    return EXIT.fine
  },
}
