import { readStorage } from '@millrace/server/config'
import { type Command, EXIT } from './command.ts'
import { databaseOptions } from './database-options.ts'
import { PASSWORD_DETAILS, readPassword } from './password.ts'
import { requireUser, userArgument } from './user-argument.ts'

/** `millrace users set-password` */
export const usersSetPassword: Command = {
  name: 'users set-password',
  about: 'Give an account a new password; helps whoever lost the first token, too',
  options: databaseOptions,
  argument: userArgument,
  details: `${PASSWORD_DETAILS} Tokens and sessions of the account end. The server may run meanwhile, and takes the new password at once.`,
  examples: [
    ['millrace users set-password admin', 'asks for it twice'],
    ['millrace users set-password admin < password.txt', 'from a file'],
  ],
  async run(told) {
    const { given, env } = told
    const name = requireUser('users set-password', told)
    const { location } = readStorage(given, env)
    const { setAccountPassword } = await import('@millrace/server/operate')
    await setAccountPassword(location, name, await readPassword(env, name))
    process.stdout.write(`${name} has a new password; tokens and sessions of the account have ended.\n`)
    return EXIT.fine
  },
}
