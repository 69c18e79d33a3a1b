import { type Given, type Option, refusePasswords, serverOptions } from '@millrace/server/config'
import type { Command, Told } from './command.ts'

const NAMES = ['backend-store-uri', 'data-dir', 'env-file']

/** The flags of the server that say which database a command works on. */
export const databaseOptions: readonly Option[] = serverOptions.filter(({ flag }) => NAMES.includes(flag))

/** `mlflow db upgrade` takes the database's URI without a flag. */
export const databaseArgument: NonNullable<Command['argument']> = { name: 'uri', about: 'The database, as for --backend-store-uri' }

/** What was given, with the argument as the flag that it stands for. */
export function withArgument({ given, args }: Told): Given {
  const uri = args[0]
  if (uri === undefined) return given
  refusePasswords({ 'backend-store-uri': uri })
  return { ...given, 'backend-store-uri': uri }
}
