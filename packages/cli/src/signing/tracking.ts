import { type MillraceClient, MillraceError } from '@millrace/client'
import { clientFromEnvironment } from '@millrace/client/node'
import { ConfigProblem, type Environment, type Given, refusePasswords } from '@millrace/server/config'
import { textOf } from './key-options.ts'

/** A client of the server that flags and variables name. @throws ConfigProblem when they name none */
export function trackingClient(given: Given, env: Environment): MillraceClient {
  refusePasswords(given)
  const url = textOf(given, 'tracking-uri') ?? env.MLFLOW_TRACKING_URI
  if (!url || !/^https?:\/\//.test(url)) {
    throw new ConfigProblem(`Which server? Give its address: --tracking-uri http://127.0.0.1:5000, or the variable MLFLOW_TRACKING_URI.`)
  }
  return clientFromEnvironment({ url }, env as NodeJS.ProcessEnv)
}

/** A version by the name that MLflow gives it. */
export type NamedVersion = { readonly name: string; readonly version: string }

/** `models:/name/3`; undefined when it is something else. */
export function versionNamed(text: string): NamedVersion | undefined {
  const found = /^models:\/([^/]+)\/(\d+)$/.exec(text)
  return found ? { name: decodeURIComponent(found[1] as string), version: found[2] as string } : undefined
}

/** What MLflow calls a version. */
export const addressOf = ({ name, version }: NamedVersion): string => `models:/${name}/${version}`

/** @throws ConfigProblem when it names no version */
export function requiredVersion(text: string, flag: string): NamedVersion {
  const version = versionNamed(text)
  if (version) return version
  throw new ConfigProblem(`${flag} takes a version by name and number, like models:/churn/3, not "${text}".`)
}

/** Says what a server refused, for the person at the terminal. */
export async function asking<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof MillraceError) throw new Error(`${what}: ${error.message}`, { cause: error })
    const cause = (error as Error).cause as Error | undefined
    throw new Error(`${what}: the server can't be reached (${cause?.message || (error as Error).message}).`, { cause: error })
  }
}
