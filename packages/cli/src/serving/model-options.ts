import type { MillraceClient } from '@millrace/client'
import type { Refused } from '@millrace/runtime'
import { ConfigProblem, type Environment, type Given, type Option } from '@millrace/server/config'
import { textOf } from '../signing/key-options.ts'
import { trackingClient } from '../signing/tracking.ts'

/** Which model. */
export const modelOption: Option = {
  flag: 'model-uri',
  short: 'm',
  value: '<uri>',
  about: 'models:/name/3, models:/name@alias, or the folder of a logged model; several with commas between them',
  group: 'The model',
}

/** The models that `-m` names. @throws ConfigProblem when it names none */
export function urisIn(given: Given, command: string): readonly string[] {
  const uris = (textOf(given, 'model-uri') ?? '').split(',').filter((uri) => uri !== '')
  if (uris.length > 0) return uris
  throw new ConfigProblem(`Which model? Name it: millrace ${command} -m models:/churn@champion`)
}

/** A client of the registry, when one is needed. @throws ConfigProblem when nothing says where it is */
export const registryClient = (uris: readonly string[], given: Given, env: Environment): MillraceClient | undefined =>
  uris.some((uri) => uri.startsWith('models:')) ? trackingClient(given, env) : undefined

/** Says at which step a model was refused. */
export function refusalOf(error: unknown): unknown {
  // By its name: a command's file loads the runtime when it runs, and not before.
  if ((error as Error)?.name !== 'Refused') return error
  const { step, message } = error as Refused
  return new Error(`Not served, at the step "${step}": ${message}`, { cause: error })
}
