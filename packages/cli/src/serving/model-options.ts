import type { MillraceClient } from '@millrace/client'
import type { Refused } from '@millrace/runtime'
import { ConfigProblem, type Environment, type Given, type Option } from '@millrace/server/config'
import type { Trust } from '@millrace/sign'
import { textOf } from '../signing/key-options.ts'
import { keylessTrustOptions } from '../signing/keyless-options.ts'
import { trackingClient } from '../signing/tracking.ts'

/** Which model. */
export const modelOption: Option = {
  flag: 'model-uri',
  short: 'm',
  value: '<uri>',
  about: 'models:/name/3, models:/name@alias, s3://bucket/folder, or a folder; several with commas between them',
  group: 'The model',
}

const signed = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Whose signature a model must have' })

/** Who must have signed what is loaded. */
export const trustOptions: readonly Option[] = [
  signed({
    flag: 'trust',
    variables: ['MILLRACE_TRUST'],
    value: '<file>',
    about: 'Of those in this trust file (millrace keys); else nobody’s',
  }),
  signed({ flag: 'public-key', value: '<file>', about: 'That of this public key, as PEM' }),
  signed({ flag: 'certificate-chain', value: '<file>', about: 'Of signers whose certificates these authorities issued, as PEM' }),
  ...keylessTrustOptions,
]

/** Those whose signature counts; undefined where none is asked for. @throws ConfigProblem */
export async function trustIn(given: Given, env: Environment): Promise<Trust | undefined> {
  const named = trustOptions.some(({ flag }) => textOf(given, flag) !== undefined) || env.MILLRACE_TRUST
  return named ? (await import('../signing/trusted.ts')).trustOf(given, env) : undefined
}

/** Whether models in pickles are read. */
export const picklesOption: Option = {
  flag: 'read-pickles',
  about: 'Read the data of scikit-learn models in pickles too: nothing of them is run, and any name that is not on the list ends it',
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
