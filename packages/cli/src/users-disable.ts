import { type Option, readStorage } from '@millrace/server/config'
import { type Command, EXIT } from './command.ts'
import { databaseOptions } from './database-options.ts'
import { requireUser, userArgument } from './user-argument.ts'

const UNDO: Option = { flag: 'undo', about: 'Let the account in again', group: 'The account' }

/** `millrace users disable` */
export const usersDisable: Command = {
  name: 'users disable',
  about: 'Shut an account out, or let it in again',
  options: [UNDO, ...databaseOptions],
  argument: userArgument,
  details:
    'Its password and tokens no longer let anybody in; its grants stay for the day it is let in again. The server may run meanwhile.',
  examples: [
    ['millrace users disable alice', 'at once'],
    ['millrace users disable alice --undo', 'as it was before, but for sessions'],
  ],
  async run(told) {
    const name = requireUser('users disable', told)
    const { location } = readStorage(told.given, told.env)
    const { disableAccount } = await import('@millrace/server/operate')
    const undo = told.given.undo === true
    await disableAccount(location, name, !undo)
    process.stdout.write(undo ? `${name} may sign in again.\n` : `${name} is shut out.\n`)
    return EXIT.fine
  },
}
