import { readStorage } from '@millrace/server/config'
import { type Command, EXIT } from './command.ts'
import { databaseOptions } from './database-options.ts'
import { day, JSON_OPTION, rows } from './rows.ts'

/** `millrace users list` */
export const usersList: Command = {
  name: 'users list',
  about: 'List the accounts',
  options: [JSON_OPTION, ...databaseOptions],
  examples: [['millrace users list', 'of the database in ./millrace-data']],
  async run({ given, env }) {
    const { location } = readStorage(given, env)
    const { listAccounts } = await import('@millrace/server/operate')
    const accounts = await listAccounts(location)
    if (given.json === true) process.stdout.write(`${JSON.stringify(accounts)}\n`)
    else {
      const lines = accounts.map(({ name, is_admin, is_service, disabled, has_password, created_ms }) => [
        name,
        is_service ? 'program' : 'person',
        [is_admin && 'admin', disabled && 'disabled', !is_service && !has_password && 'no password'].filter(Boolean).join(', '),
        day(created_ms),
      ])
      process.stdout.write(rows(['name', 'kind', 'is', 'since'], lines))
    }
    return EXIT.fine
  },
}
