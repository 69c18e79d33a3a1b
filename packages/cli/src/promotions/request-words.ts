import type { Output } from '@millrace/client'
import { ConfigProblem, type Option } from '@millrace/server/config'
import type { Told } from '../command.ts'

type Request = Output<'GET /api/2.0/millrace/promotions/requests/{request_id}'>['promotion_request']

/** Why something is decided. */
export const reasonOption: Option = { flag: 'reason', value: '<text>', about: 'Why; it is kept and shown', group: 'Decision' }

/** @throws ConfigProblem when there is none */
export function requiredReason({ given }: Told, command: string): string {
  if (typeof given.reason === 'string' && given.reason.trim() !== '') return given.reason
  throw new ConfigProblem(`Why? Give a reason, which is kept: millrace ${command} ... --reason "metrics reviewed with the team".`)
}

export const requestArgument = { name: 'request', about: 'Its id: pr-...' } as const

/** @throws ConfigProblem when no request is named */
export function requiredRequest({ args }: Told, command: string): string {
  if (args[0] !== undefined) return args[0]
  throw new ConfigProblem(`Which request? millrace requests list shows them; then millrace ${command} pr-....`)
}

const time = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')

/** A request as a person reads it. */
export function requestInWords(one: Request): string {
  const place = one.alias === undefined ? `stage ${one.stage}` : `alias ${one.alias}`
  const lines = [
    `${one.request_id}: models:/${one.name}/${one.version} for the ${place}`,
    `  state: ${one.state}`,
    `  asked by ${one.asked_by || 'the local owner'}, ${time(one.opened_ms)}; good until ${time(one.expires_ms)} (UTC)`,
    `  version made by ${one.author ?? 'the local owner'}; files ${one.root_sha256 ?? 'not on this server'}`,
    `  in place: ${one.in_place === undefined ? 'nothing' : `version ${one.in_place}`}`,
    ...one.missing.map(({ says }) => `  missing: ${says}`),
    ...one.decisions.map(({ user, says, reason, at_ms }) => `  ${time(at_ms)} ${user}: ${says} (${reason})`),
  ]
  // A reason holds whatever its writer typed: it must not move the cursor.
  return `${lines.map((line) => line.replace(/\p{Cc}/gu, '?')).join('\n')}\n`
}
