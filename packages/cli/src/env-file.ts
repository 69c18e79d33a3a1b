import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { ConfigProblem } from '@millrace/server/config/problem'

/**
 * Sets the variables of a file with lines like `NAME=value`; what is set already stays. They go into the process's environment because
 * drivers look there too (PGPASSFILE, AWS_PROFILE). @throws ConfigProblem when it can't be read
 */
export function loadEnvFile(file: string): void {
  let variables: NodeJS.Dict<string>
  try {
    variables = parseEnv(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new ConfigProblem(`--env-file ${file} can't be read: ${(error as NodeJS.ErrnoException).code}.`)
  }
  for (const [name, value] of Object.entries(variables)) process.env[name] ??= value
}
