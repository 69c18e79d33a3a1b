import { ConfigProblem } from '@millrace/server/config'
import type { Command, Told } from './command.ts'

/** The account that a command is about. */
export const userArgument: NonNullable<Command['argument']> = { name: 'user', about: "The account's name" }

/** @throws ConfigProblem when no account is named */
export function requireUser(name: string, { args }: Told): string {
  if (args[0] !== undefined && args[0] !== '') return args[0]
  throw new ConfigProblem(`millrace ${name} takes the account's name: millrace ${name} alice.`)
}
