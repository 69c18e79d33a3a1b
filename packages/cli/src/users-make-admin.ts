import { type Option, readStorage } from '@millrace/server/config'
import { type Command, EXIT } from './command.ts'
import { databaseOptions } from './database-options.ts'
import { requireUser, userArgument } from './user-argument.ts'

const UNDO: Option = { flag: 'undo', about: 'Make it an account like others', group: 'The account' }

/** `millrace users make-admin` */
export const usersMakeAdmin: Command = {
  name: 'users make-admin',
  about: 'Make an account an administrator, or no longer one',
  options: [UNDO, ...databaseOptions],
  argument: userArgument,
  examples: [
    ['millrace users make-admin alice', 'alice may do everything'],
    ['millrace users make-admin alice --undo', 'alice may do what was granted to her'],
  ],
  async run(told) {
    const name = requireUser('users make-admin', told)
    const { location } = readStorage(told.given, told.env)
    const { makeAdmin } = await import('@millrace/server/operate')
    const undo = told.given.undo === true
    await makeAdmin(location, name, !undo)
    process.stdout.write(undo ? `${name} is no administrator any more.\n` : `${name} is an administrator.\n`)
    return EXIT.fine
  },
}
