import { readFileSync } from 'node:fs'
import type { WatchingRules } from '@millrace/runtime'
import { ConfigProblem, type Environment, type Given, type Option } from '@millrace/server/config'
import { listOf, textOf } from '../signing/key-options.ts'

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Watching' })

/** What is kept of requests and compared, while models serve. */
export const watchingOptions: readonly Option[] = [
  own({
    flag: 'profile',
    value: '<file>',
    about: 'What the training data looks like, where the model has no millrace-profile.json with it',
  }),
  own({ flag: 'refuse-outside', about: 'Refuse numbers less than the least, or more than the greatest, of the training data' }),
  own({ flag: 'max-drift', value: '<psi>', fallback: '0.25', about: 'How far a column may lie from it before an alert' }),
  own({ flag: 'alert-url', value: '<url>', about: 'Where alerts are sent as JSON; signed with MILLRACE_ALERT_SECRET, if it is set' }),
  own({
    flag: 'sample-log',
    value: '<folder>',
    about: 'Keep a part of the requests with their predictions in files, one a day; off unless given',
  }),
  own({ flag: 'sample-rate', value: '<part>', fallback: '0.01', about: 'Of all requests, which part' }),
  own({ flag: 'sample-days', value: '<days>', fallback: '7', about: 'How long they are kept' }),
  own({ flag: 'sample-exclude', value: '<columns>', about: 'Columns that are never written, with commas between them' }),
]

const DAY_MAX_BYTES = 1024 * 1024 * 1024

/** What flags say of watching; drift is told by `say`. @throws ConfigProblem */
export async function watchingIn(given: Given, env: Environment, say: (line: string) => void): Promise<WatchingRules> {
  const folder = textOf(given, 'sample-log')
  const samples =
    folder === undefined
      ? undefined
      : {
          folder,
          rate: number(given, 'sample-rate', 0.01, 0, 1),
          days: number(given, 'sample-days', 7, 1, 3650),
          exclude: listOf(given, 'sample-exclude'),
          day_max_bytes: DAY_MAX_BYTES,
        }
  const url = textOf(given, 'alert-url')
  const alerts = url === undefined ? undefined : { url: alertUrl(url), secret: env.MILLRACE_ALERT_SECRET || undefined }
  const limits = { psi: number(given, 'max-drift', 0.25, 0, 1000) }
  const refuses_outside = given['refuse-outside'] === true
  return { samples, profile: await profileIn(given), refuses_outside, alerts, limits, onDrift: say }
}

async function profileIn(given: Given) {
  const file = textOf(given, 'profile')
  if (file === undefined) return undefined
  const { readProfile } = await import('@millrace/runtime')
  try {
    return readProfile(readFileSync(file, 'utf8'), file)
  } catch (error) {
    throw new ConfigProblem(`--profile: ${(error as Error).message}`)
  }
}

function alertUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol))
    throw new ConfigProblem(`--alert-url takes an address that begins with https://, not "${text}".`)
  if (url.username || url.password)
    throw new ConfigProblem('--alert-url holds no passwords: receivers check MILLRACE_ALERT_SECRET’s signature.')
  return url.href
}

function number(given: Given, flag: string, otherwise: number, least: number, most: number): number {
  const text = textOf(given, flag)
  if (text === undefined) return otherwise
  const value = Number(text)
  if (text.trim() !== '' && value >= least && value <= most) return value
  throw new ConfigProblem(`--${flag} takes a number from ${least} to ${most}, not "${text}".`)
}
