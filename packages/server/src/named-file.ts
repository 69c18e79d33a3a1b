import { readFileSync } from 'node:fs'
import type { Environment } from './config/option.ts'
import { ConfigProblem } from './config-problem.ts'

/** The text of a file that a flag or a variable names. @throws ConfigProblem when it can't be read */
export function textOfFile(file: string, from: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new ConfigProblem(`${from} names ${file}, which can't be read: ${code ?? message}.`)
  }
}

/**
 * A secret from the variable, or from the file that the variable of the same name with `_FILE` names (how containers mount secrets),
 * without the line break at its end; undefined when neither is set. @throws ConfigProblem when the file can't be read
 */
export function secretIn(env: Environment, variable: string): string | undefined {
  if (env[variable]) return env[variable]
  const file = env[`${variable}_FILE`]
  return file ? textOfFile(file, `${variable}_FILE`).replace(/\r?\n$/, '') : undefined
}
