/** The configuration's front door: what the command needs to read flags and to describe them, without loading the server. */

export { ConfigProblem } from '../config-problem.ts'
export { explainDatabaseError } from '../db/explain.ts'
export { describeLocation } from '../db/location.ts'
export { secretIn, textOfFile } from '../named-file.ts'
export { Secret, withoutPasswords } from '../secret.ts'
export type { Environment, Given, Option } from './option.ts'
export { readServerSetup, readStorage, refusePasswords, type ServerSetup, type StorageSetup } from './read.ts'
export { secretVariables } from './secret-variables.ts'
export { serverOptions } from './server-options.ts'
