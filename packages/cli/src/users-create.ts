import { type Option, readStorage } from '@millrace/server/config'
import { type Command, EXIT } from './command.ts'
import { databaseOptions } from './database-options.ts'
import { PASSWORD_DETAILS, readPassword } from './password.ts'
import { requireUser, userArgument } from './user-argument.ts'

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'The account' })

/** `millrace users create` */
export const usersCreate: Command = {
  name: 'users create',
  about: 'Make an account',
  options: [
    own({ flag: 'admin', about: 'It may do everything' }),
    own({ flag: 'service', about: "It is a program's: it has no password, and signs in with tokens (millrace tokens create)" }),
    ...databaseOptions,
  ],
  argument: userArgument,
  details: `${PASSWORD_DETAILS} The server may run meanwhile.`,
  examples: [
    ['millrace users create alice', 'asks for a password'],
    ['millrace users create ci --service', 'for a program'],
    ['millrace users create alice --admin < password.txt', 'the password from a file'],
  ],
  async run(told) {
    const { given, env } = told
    const name = requireUser('users create', told)
    const { location } = readStorage(given, env)
    const { createAccount } = await import('@millrace/server/operate')
    const password = given.service === true ? undefined : await readPassword(env, name)
    await createAccount(location, name, password, { is_admin: given.admin === true })
    process.stdout.write(`${name} is an account now${given.admin === true ? ', and an administrator' : ''}.\n`)
    return EXIT.fine
  },
}
