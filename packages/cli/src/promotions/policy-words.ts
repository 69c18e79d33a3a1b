import type { Policy } from '@millrace/server/operate'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** A policy as a person reads it: a paragraph for each rule. */
export function policyInWords({ rules, downloads }: Policy): string {
  const lines = rules.flatMap(({ models, except, aliases, stages, require, emergency }, at) => {
    const but = except.length > 0 ? `, but not ${except.join(', ')}` : ''
    const places = [...aliases.map((name) => `alias ${name}`), ...stages.map((name) => `stage ${name}`)].join(', ')
    return [`${at + 1}. Models ${models.join(', ')}${but}: ${places}`, ...needs(require), `   emergency: ${inEmergency(emergency)}`]
  })
  if (rules.length === 0) lines.push('Nothing is protected.')
  for (const { models, refuse } of downloads)
    lines.push(`Downloads of ${models.join(', ')} are refused when a scan ended ${refuse.join(', ')}.`)
  return `${lines.join('\n')}\n`
}

function needs({ scan, signature, metrics, canary, approvals }: Policy['rules'][number]['require']): string[] {
  const bounds = Object.entries(metrics ?? {}).map(([name, bound]) => {
    const parts = Object.entries(bound).map(([word, value]) => `${word} ${value}`)
    return `   metric ${name}: ${parts.join(', ')}`
  })
  return [
    `   scan: ${scan.join(' or ')}`,
    ...(signature ? [`   signature: ${signers(signature)}`] : []),
    ...bounds,
    ...(canary ? ['   canary: finished'] : []),
    ...(approvals
      ? [`   approvals: ${approvals.count}${approvals.group ? ` of group ${approvals.group}` : ''}, ${time(approvals.within_ms)}`]
      : []),
  ]
}

const signers = (wanted: NonNullable<Policy['rules'][number]['require']['signature']>): string =>
  wanted === 'any'
    ? 'of anyone who is trusted'
    : wanted.map((one) => (typeof one === 'string' ? one : `${one.identity} (${one.issuer})`)).join(' or ')

const inEmergency = ({ allowed, group }: Policy['rules'][number]['emergency']): string =>
  allowed ? `two people${group ? ` of group ${group}` : ' who may MANAGE the model'} together` : 'no way past this rule'

function time(ms: number): string {
  if (ms % DAY_MS === 0) return `good for ${ms / DAY_MS} days`
  return ms % HOUR_MS === 0 ? `good for ${ms / HOUR_MS} hours` : `good for ${ms / 60_000} minutes`
}
