import { readStorage } from '@millrace/server/config'
import { type Command, EXIT } from './command.ts'
import { databaseOptions } from './database-options.ts'
import { requireUser, userArgument } from './user-argument.ts'

/** `millrace users delete` */
export const usersDelete: Command = {
  name: 'users delete',
  about: 'Remove an account with its grants, tokens and sessions',
  options: databaseOptions,
  argument: userArgument,
  details: 'What the account logged stays. Who takes its name later does not get its grants. The server may run meanwhile.',
  examples: [['millrace users delete alice', 'at once']],
  async run(told) {
    const name = requireUser('users delete', told)
    const { location } = readStorage(told.given, told.env)
    const { deleteAccount } = await import('@millrace/server/operate')
    await deleteAccount(location, name)
    process.stdout.write(`${name} is removed.\n`)
    return EXIT.fine
  },
}
