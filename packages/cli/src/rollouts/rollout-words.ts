import type { Output } from '@millrace/client'
import { ConfigProblem, type Option } from '@millrace/server/config'
import type { Told } from '../command.ts'
import { requiredModel } from '../promotions/place.ts'
import { textOf } from '../signing/key-options.ts'

type Got = Output<'GET /api/2.0/millrace/rollouts/get'>
type Figures = NonNullable<Got['figures']>

/** Which alias. */
export const aliasOption: Option = {
  flag: 'alias',
  value: '<alias>',
  fallback: 'champion',
  about: 'The alias whose place the version takes',
  group: 'Which place',
}

/** The model and alias that a command is about. @throws ConfigProblem */
export function rolloutNamed({ given, args }: Told, command: string): { name: string; alias: string } {
  return { name: requiredModel(args[0], command), alias: textOf(given, 'alias') ?? 'champion' }
}

/** A number that a flag gives; undefined where it is not given. @throws ConfigProblem */
export function numberIn({ given }: Told, flag: string): number | undefined {
  const text = textOf(given, flag)
  if (text === undefined) return undefined
  const number = Number(text)
  if (text.trim() !== '' && Number.isFinite(number)) return number
  throw new ConfigProblem(`--${flag} takes a number, not "${text}".`)
}

const time = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

/** A rollout in a line: what goes on. */
export const inALine = ({ rollout_id, name, alias, version, stable_version, state, weight, reason }: Got['rollout']): string =>
  `${rollout_id}: models:/${name}/${version} to ${alias}, in place of version ${stable_version}: ${state.replace('_', ' ')}` +
  `${state === 'running' || state === 'paused' ? ` at ${weight} %` : ''}${reason ? ` (${reason})` : ''}`

/** A rollout as a person reads it, with its figures and all that happened to it. */
export function rolloutInWords({ rollout, figures, waits_for, events }: Got): string {
  const lines = [
    inALine(rollout),
    `  steps: ${rollout.steps.map((weight, at) => (at === rollout.step ? `[${weight}]` : weight)).join(' → ')} %, ` +
      `each ${rollout.step_seconds} s and ${rollout.min_requests} requests at least`,
    ...(rollout.shadow_percent > 0 ? [`  copies: ${rollout.shadow_percent} % of what the stable version answers`] : []),
    ...(rollout.no_canary_because ? [`  no finished canary to a policy: ${rollout.no_canary_because}`] : []),
    ...(figures ? figuresInWords(figures) : []),
    ...(waits_for ? [`  waits for: ${waits_for}`] : []),
    ...events.map(
      ({ at_ms, what, weight, user, reason }) => `  ${time(at_ms)} ${what.replace('_', ' ')} at ${weight} %${by(user)}: ${reason || '-'}`,
    ),
  ]
  // A reason holds whatever its writer typed: it must not move the cursor.
  return `${lines.map((line) => line.replace(/\p{Cc}/gu, '?')).join('\n')}\n`
}

const by = (user: string): string => (user === '' ? '' : ` by ${user}`)

function figuresInWords({ stable, candidate, psi, compared, differing, processes, last_report_ms }: Figures): string[] {
  const slow = (ms: unknown): string => (ms === undefined ? '' : `, 95 % within ${Number(ms).toFixed(1)} ms`)
  const side = ({ requests, errors, refused, p95_ms }: Figures['stable']): string =>
    `${requests} requests, ${errors} errors, ${refused} refused${slow(p95_ms)}`
  return [
    `  stable: ${side(stable)}`,
    `  new, in this step: ${side(candidate)}${psi === undefined ? '' : `; predictions lie ${Number(psi).toFixed(3)} (PSI) apart`}`,
    ...(compared > 0 ? [`  compared: ${compared} copies, ${differing} predicted otherwise`] : []),
    processes === 0
      ? '  no process has reported yet: is millrace models serve running with this alias?'
      : `  ${processes} ${processes === 1 ? 'process reports' : 'processes report'}, last at ${time(last_report_ms ?? 0)}`,
  ]
}
