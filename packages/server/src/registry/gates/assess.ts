import { createHash } from 'node:crypto'
import type { Reader } from '../../db/handles.ts'
import { latestValues } from '../../tracking/metrics/index.ts'
import { rootOf } from '../manifests/index.ts'
import { digestOfRule, type MetricBounds, type Rule, signerInWords, type Target, type WantedSigner } from '../policy/index.ts'
import { endingOf } from '../scans/index.ts'
import { hasFinishedCanary } from './canary.ts'
import { type Candidate, hasFailed, isReady } from './candidate.ts'
import { lastMoves, versionIn } from './move-store.ts'
import { isSignedByOne } from './signers.ts'

/** One thing that a version lacks for a place, in words; what is `final` no person's word can make good. */
export type Lack = {
  readonly what: 'status' | 'scan' | 'signature' | 'metrics' | 'canary' | 'approvals'
  readonly says: string
  readonly final?: true
}

/** What a gate found out about a version for a place. */
export type Assessment = {
  readonly lacks: readonly Lack[]
  /** Names all that reviewers see: the files, the rule, the place, what is in place, and the metrics that the rule compares. */
  readonly bound_sha256: string
  readonly rule_sha256: string
  readonly root_sha256: string | undefined
  readonly in_place: number | undefined
}

/** Looks at all that a rule asks for but people's approvals. `again`: it was in the place before, and competes with nobody. */
export async function assess(db: Reader, rule: Rule, candidate: Candidate, target: Target, again = false): Promise<Assessment> {
  const { require } = rule
  const in_place = await versionIn(db, candidate.model, target)
  const root_sha256 = await rootOf(db, candidate.id)
  const names = Object.keys(require.metrics ?? {})
  const own = names.length === 0 ? NO_METRICS : await latestValues(db, candidate, names)
  const before = names.length === 0 || again ? undefined : await metricsInPlace(db, candidate, target, names)
  const lacks = [
    ...statusLacks(rule, candidate),
    ...(await scanLacks(db, rule, candidate)),
    ...(require.signature ? await signatureLacks(db, require.signature, candidate) : []),
    ...metricLacks(require.metrics ?? {}, own, before),
    ...(require.canary && !(await hasFinishedCanary(db, candidate.id, root_sha256)) ? [NO_CANARY] : []),
  ]
  const rule_sha256 = digestOfRule(rule)
  const seen = [
    candidate.id,
    root_sha256 ?? null,
    rule_sha256,
    target.kind,
    target.name,
    in_place ?? null,
    listed(own),
    listed(before?.values),
  ]
  return { lacks, rule_sha256, root_sha256, in_place, bound_sha256: createHash('sha256').update(JSON.stringify(seen)).digest('hex') }
}

const NO_METRICS: ReadonlyMap<string, number> = new Map()
const NO_CANARY: Lack = { what: 'canary', says: 'no finished canary is on record for these files' }

const listed = (values: ReadonlyMap<string, number> | undefined): string[][] | null =>
  values ? [...values].map(([name, value]) => [name, String(value)]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)) : null

/** Of files that aren't known nothing can be said; where nothing but "not malicious" is asked, they may still be on their way. */
function statusLacks({ require }: Rule, candidate: Candidate): Lack[] {
  if (hasFailed(candidate)) return [{ what: 'status', says: 'its registration failed', final: true }]
  const asks_little = !require.approvals && !require.signature && !require.canary && require.scan.includes('not_looked_at')
  if (isReady(candidate) || asks_little) return []
  return [{ what: 'status', says: 'it is not READY yet: ask again in a moment', final: true }]
}

async function scanLacks(db: Reader, { require }: Rule, { id }: Candidate): Promise<Lack[]> {
  const ending = await endingOf(db, id)
  if (ending === 'malicious') return [{ what: 'scan', says: 'its files are malicious, which nothing makes good', final: true }]
  if (require.scan.includes(ending)) return []
  const found = ending === 'not_looked_at' ? 'nobody has looked at its files' : `its scan ended ${ending}`
  return [{ what: 'scan', says: `${found}; asked for is ${require.scan.join(' or ')}` }]
}

async function signatureLacks(db: Reader, wanted: 'any' | readonly WantedSigner[], { id }: Candidate): Promise<Lack[]> {
  if (await isSignedByOne(db, id, wanted)) return []
  const says = wanted === 'any' ? 'nobody has signed it' : `it is not signed by ${wanted.map(signerInWords).join(' or ')}`
  return [{ what: 'signature', says }]
}

type InPlace = { readonly version: number; readonly values: ReadonlyMap<string, number> }

/** The metrics of what is in the place or was there last: an alias that was taken away is no reason to compare with nothing. */
async function metricsInPlace(db: Reader, candidate: Candidate, target: Target, names: readonly string[]): Promise<InPlace | undefined> {
  const moves = await lastMoves(db, candidate.model, target, LOOK_BACK)
  const last = moves.find(({ to_version }) => to_version !== null && to_version !== candidate.version)
  if (last?.to_version == null) return undefined
  return { version: last.to_version, values: await latestValues(db, last, names) }
}
const LOOK_BACK = 100

function metricLacks(
  bounds: Readonly<Record<string, MetricBounds>>,
  own: ReadonlyMap<string, number>,
  before: InPlace | undefined,
): Lack[] {
  return Object.entries(bounds).flatMap(([name, { min, max, max_drop, max_rise }]) => {
    const lack = (says: string): Lack => ({ what: 'metrics', says: `metric ${name} ${says}` })
    const value = own.get(name)
    // NaN is within no bounds.
    if (value === undefined || Number.isNaN(value)) return [lack('is not there, or not a number')]
    if (min !== undefined && !(value >= min)) return [lack(`is ${value}; at least ${min} is asked for`)]
    if (max !== undefined && !(value <= max)) return [lack(`is ${value}; at most ${max} is asked for`)]
    if (before === undefined || (max_drop === undefined && max_rise === undefined)) return []
    const other = before.values.get(name)
    if (other === undefined || Number.isNaN(other)) return [lack(`of version ${before.version}, with which it is compared, is not known`)]
    if (max_drop !== undefined && !(value >= other - max_drop)) return [lack(`is ${value}, and version ${before.version} has ${other}`)]
    if (max_rise !== undefined && !(value <= other + max_rise)) return [lack(`is ${value}, and version ${before.version} has ${other}`)]
    return []
  })
}
