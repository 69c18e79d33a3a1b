import { ENDINGS, type Ending } from '../scans/index.ts'
import type { Approvals, DownloadRule, Emergency, MetricBounds, Policy, Requirements, Rule, WantedSigner } from './policy.ts'
import { NOT_MALICIOUS, WITHIN_MS } from './policy.ts'
import { type Place, readYaml } from './policy-text.ts'

const STAGES = ['Staging', 'Production'] as const
const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const WITHIN_MAX_MS = 365 * 86_400_000
const COUNT_MAX = 20
const LIST_MAX = 200

/**
 * Reads a policy. What isn't understood is refused, with its line and field: a field that is spelled wrong must not mean that nothing is
 * asked for.
 * @throws PolicyProblem
 */
export function parsePolicy(text: string): Policy {
  const root = readYaml(text).fields(['version', 'rules', 'downloads'])
  const version = root.get('version')
  if (!version) throw readYaml(text).problem("begin with 'version: 1'.")
  if (version.number() !== 1) throw version.problem('this Millrace reads version 1.')
  const rules = root.get('rules')
  if (!rules) throw version.problem("it has no 'rules': write 'rules: []' to protect nothing.")
  return {
    rules: limited(rules).map(ruleAt),
    downloads: root.has('downloads') ? limited(root.get('downloads') as Place).map(downloadAt) : [],
  }
}

function limited(place: Place): Place[] {
  const items = place.items()
  if (items.length > LIST_MAX) throw place.problem(`it has ${items.length} items; at most ${LIST_MAX} are taken.`)
  return items
}

function ruleAt(place: Place): Rule {
  const fields = place.fields(['workspaces', 'models', 'except', 'aliases', 'stages', 'require', 'emergency'])
  const models = fields.get('models')
  const require = fields.get('require')
  const aliases = namesAt(fields.get('aliases'))
  const stages = fields.get('stages')?.texts() ?? []
  if (!models) throw place.problem("it says no 'models': write the names, or '*' for all.")
  if (aliases.length === 0 && stages.length === 0) throw place.problem("it protects nothing: write 'aliases' or 'stages'.")
  if (!require) throw place.problem("it asks for nothing: write 'require'.")
  return {
    ...workspacesAt(fields.get('workspaces')),
    models: namesAt(models),
    except: namesAt(fields.get('except')),
    aliases,
    stages: stages.map((one) => one.oneOf(STAGES)),
    require: requirementsAt(require),
    emergency: emergencyAt(fields.get('emergency')),
  }
}

function workspacesAt(place: Place | undefined): { workspaces?: readonly string[] } {
  if (!place) return {}
  const workspaces = namesAt(place)
  if (workspaces.length === 0) throw place.problem("name at least one workspace, or leave 'workspaces' out: then the rule holds in all.")
  return { workspaces }
}

function namesAt(place: Place | undefined): string[] {
  const names = place?.texts() ?? []
  if (place && names.length > LIST_MAX) throw place.problem(`at most ${LIST_MAX} names are taken.`)
  return names.map(nameAt)
}

function nameAt(place: Place): string {
  const name = place.text()
  if (name.length > 256 || name.split('*').length > 4) throw place.problem('a name has at most 256 characters, and at most three *.')
  return name
}

function requirementsAt(place: Place): Requirements {
  const fields = place.fields(['scan', 'signature', 'metrics', 'canary', 'approvals'])
  const [signature, metrics, approvals, canary] = [
    fields.get('signature'),
    fields.get('metrics'),
    fields.get('approvals'),
    fields.get('canary'),
  ]
  if (canary && canary.text() !== 'finished') throw canary.problem("write 'finished', or leave it out.")
  return {
    scan: endingsAt(fields.get('scan'), NOT_MALICIOUS),
    ...(signature && { signature: signersAt(signature) }),
    ...(metrics && { metrics: Object.fromEntries(metrics.entries().map(([name, one]) => [name, boundsAt(one)])) }),
    ...(canary && { canary: true as const }),
    ...(approvals && { approvals: approvalsAt(approvals) }),
  }
}

/** The endings that will do. Of those `malicious` is never one. */
function endingsAt(place: Place | undefined, fallback: readonly Ending[]): readonly Ending[] {
  if (!place) return fallback
  const endings = place.texts().map((one) => one.oneOf(ENDINGS))
  if (endings.includes('malicious')) throw place.problem("'malicious' never passes: leave it out.")
  if (endings.length === 0) throw place.problem('name at least one ending, such as clean.')
  return endings
}

function signersAt(place: Place): 'any' | readonly WantedSigner[] {
  const places = place.isMap ? [place] : place.texts()
  if (places.length === 0) throw place.problem("name at least one signer, or write 'any'.")
  if (places.length > LIST_MAX) throw place.problem(`at most ${LIST_MAX} names are taken.`)
  const signers = places.map(signerAt)
  return signers.length === 1 && signers[0] === 'any' ? 'any' : signers
}

function signerAt(place: Place): WantedSigner {
  if (!place.isMap) return nameAt(place)
  const fields = place.fields(['identity', 'issuer'])
  const [identity, issuer] = [fields.get('identity')?.text(), fields.get('issuer')?.text()]
  if (!identity || !issuer) throw place.problem("who signs keylessly is named by 'identity' and 'issuer' together.")
  return { identity, issuer }
}

function boundsAt(place: Place): MetricBounds {
  const fields = place.fields(['min', 'max', 'max_drop', 'max_rise'])
  if (fields.size === 0) throw place.problem('give it a bound: min, max, max_drop or max_rise.')
  for (const name of ['max_drop', 'max_rise'] as const) {
    const bound = fields.get(name)
    if (bound && bound.number() < 0) throw bound.problem('it is how much worse than the version in place it may be: 0 or more.')
  }
  return Object.fromEntries([...fields].map(([name, one]) => [name, one.number()]))
}

function approvalsAt(place: Place): Approvals {
  if (!place.isMap) return { count: countAt(place), within_ms: WITHIN_MS }
  const fields = place.fields(['count', 'group', 'within'])
  const [count, group, within] = [fields.get('count'), fields.get('group'), fields.get('within')]
  return {
    count: count ? countAt(count) : 1,
    ...(group && { group: group.text() }),
    within_ms: within ? durationAt(within) : WITHIN_MS,
  }
}

function countAt(place: Place): number {
  const count = place.number()
  if (Number.isInteger(count) && count >= 1 && count <= COUNT_MAX) return count
  throw place.problem(`write how many people must approve, 1 to ${COUNT_MAX}.`)
}

function durationAt(place: Place): number {
  const text = place.text()
  const [, count = '', unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  const ms = Number(count) * (UNITS_MS[unit] ?? 0)
  if (ms > 0 && ms <= WITHIN_MAX_MS) return ms
  throw place.problem(`'${text.slice(0, 50)}' is no time: write it as 30m, 12h or 7d, up to 365d.`)
}

function emergencyAt(place: Place | undefined): Emergency {
  if (!place) return { allowed: true }
  const fields = place.fields(['allowed', 'group'])
  const group = fields.get('group')
  return { allowed: fields.get('allowed')?.boolean() ?? true, ...(group && { group: group.text() }) }
}

function downloadAt(place: Place): DownloadRule {
  const fields = place.fields(['workspaces', 'models', 'refuse'])
  const [models, refuse] = [fields.get('models'), fields.get('refuse')]
  if (!models) throw place.problem("it says no 'models': write the names, or '*' for all.")
  if (!refuse) throw place.problem("it says no endings to 'refuse'.")
  const endings = refuse.texts().map((one) => one.oneOf(ENDINGS))
  if (!endings.includes('malicious')) throw refuse.problem("'malicious' is always refused: write it too, so that the text says what holds.")
  if (endings.includes('clean')) throw refuse.problem("with 'clean' nothing could be downloaded: leave it out.")
  return { ...workspacesAt(fields.get('workspaces')), models: namesAt(models), refuse: endings }
}
