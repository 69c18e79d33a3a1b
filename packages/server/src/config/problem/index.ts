/** What a command needs to say that it was told wrong, and nothing that takes time to load. */

export { ConfigProblem } from '../../config-problem.ts'
export { withoutPasswords } from '../../secret.ts'
export type { Environment, Given, Option } from '../option.ts'
