import { quantile, type Tally } from './counts.ts'
import type { Plan } from './plan.ts'

/** What the figures say: wait for more of them, go on to the next step, or go back, and why. */
export type Judgement = { readonly says: 'wait' | 'next' | 'back'; readonly why: string }

/** A version goes back when so many failures are less likely than this by chance. Reports are looked at again and again: it is small. */
const CHANCE = 0.002
/** Fewer failures than this are chance, whatever part of the requests they are. */
const FAILURES_MIN = 3
/** Slower than before by less than this is no matter, however many times it is. */
const LATENCY_RISE_MS = 5
const DRIFT_BINS = 10

/** Judges a step. `stable` is all that the stable version did since the rollout began, `candidate` what the new one did in this step. */
export function judge(plan: Plan, stable: Tally, candidate: Tally, names: { stable: number }, elapsed_ms: number): Judgement {
  const rates = [
    compare('errors', candidate.errors, candidate.requests, stable.errors, stable.requests, plan, names.stable),
    compare('refused requests', candidate.refused, candidate.requests, stable.refused, stable.requests, plan, names.stable),
  ]
  const certain = rates.find(({ says }) => says === 'back')
  if (certain) return certain
  const { requests } = candidate
  if (requests < plan.min_requests) return wait(`${requests} of ${plan.min_requests} requests`)
  const slow = slower(plan, stable, candidate, names.stable)
  if (slow) return slow
  const drift = drifted(plan, stable, candidate, names.stable)
  if (drift) return drift
  const uncertain = rates.find(({ says }) => says === 'wait')
  if (uncertain) return uncertain
  const left_ms = plan.step_seconds * 1000 - elapsed_ms
  if (left_ms > 0) return wait(`${requests} requests are fine; the step takes ${Math.ceil(left_ms / 1000)} s more`)
  return { says: 'next', why: `${rates.map(({ why }) => why).join('; ')}; ${latencyInWords(stable, candidate)}` }
}

const wait = (why: string): Judgement => ({ says: 'wait', why })
const percent = (part: number): string => `${(part * 100).toFixed(1)} %`

/** Whether more fail than may: for certain, perhaps (then more requests tell), or no. */
function compare(what: string, bad: number, of: number, bad_before: number, of_before: number, plan: Plan, version: number): Judgement {
  if (of === 0) return wait('no requests yet')
  const rate = bad / of
  const before = of_before === 0 ? 0 : bad_before / of_before
  const allowed = before + plan.max_error_rise
  const why = `${what}: ${percent(rate)} of ${of} requests, and ${percent(before)} of ${of_before} with version ${version}`
  if (rate <= allowed) return { says: 'next', why }
  // Of few requests of the stable version it is not known how seldom it fails.
  const known = of_before === 0 ? 0 : (bad_before + 1) / (of_before + 2)
  const is_certain = bad >= FAILURES_MIN && chanceOf(bad, of * (known + plan.max_error_rise)) < CHANCE
  return { says: is_certain ? 'back' : 'wait', why }
}

/** How likely so many failures or more are where this many are expected (Poisson's distribution). */
function chanceOf(bad: number, expected: number): number {
  let term = Math.exp(-expected)
  let below = 0
  for (let n = 0; n < bad; n++) {
    below += term
    term *= expected / (n + 1)
  }
  // Beyond 700 expected the first term is zero, and a normal distribution is as good.
  return expected > 700 ? (bad > expected + 3 * Math.sqrt(expected) ? 0 : 1) : Math.max(0, 1 - below)
}

function slower({ max_latency_factor }: Plan, stable: Tally, candidate: Tally, version: number): Judgement | undefined {
  const [before, now] = [quantile(stable, 0.95), quantile(candidate, 0.95)]
  if (before === undefined || now === undefined || now <= before * max_latency_factor || now <= before + LATENCY_RISE_MS) return undefined
  return {
    says: 'back',
    why: `latency: 95 % of its requests take up to ${now.toFixed(1)} ms, and ${before.toFixed(1)} ms with version ${version}`,
  }
}

function latencyInWords(stable: Tally, candidate: Tally): string {
  const [before, now] = [quantile(stable, 0.95), quantile(candidate, 0.95)]
  return now === undefined ? 'no latencies' : `95 % within ${now.toFixed(1)} ms${before === undefined ? '' : ` (${before.toFixed(1)} ms)`}`
}

function drifted({ max_drift }: Plan, stable: Tally, candidate: Tally, version: number): Judgement | undefined {
  const found = psi(stable.outputs, candidate.outputs)
  if (found === undefined || found.psi - found.noise <= max_drift) return undefined
  return { says: 'back', why: `predictions: they lie ${found.psi.toFixed(2)} (PSI) from those of version ${version}; at most ${max_drift}` }
}

/**
 * The population stability index of two lots of counts, over at most ten groups of bins with about equal parts of the first lot, and what
 * of it chance alone brings (twice its mean). Undefined where one of them has nothing.
 */
export function psi(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): { readonly psi: number; readonly noise: number } | undefined {
  const [all_before, all_now] = [total(before), total(now)]
  if (all_before === 0 || all_now === 0) return undefined
  const groups: { before: number; now: number }[] = []
  let group = { before: 0, now: 0 }
  const close = (): void => {
    groups.push(group)
    group = { before: 0, now: 0 }
  }
  for (const bin of [...new Set([...before.keys(), ...now.keys()])].sort(byPlace)) {
    const is_label = bin.startsWith('=')
    if (is_label && group.before + group.now > 0) close()
    group.before += before.get(bin) ?? 0
    group.now += now.get(bin) ?? 0
    if (is_label || group.before >= all_before / DRIFT_BINS) close()
  }
  if (group.before + group.now > 0) close()
  // Half a prediction more in each group: an empty one would be infinitely far away.
  const parts = groups.map((one) => ({
    before: (one.before + 0.5) / (all_before + groups.length / 2),
    now: (one.now + 0.5) / (all_now + groups.length / 2),
  }))
  return {
    psi: parts.reduce((sum, one) => sum + (one.now - one.before) * Math.log(one.now / one.before), 0),
    noise: 2 * (groups.length - 1) * (1 / all_before + 1 / all_now),
  }
}

const total = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((sum, n) => sum + n, 0)

/** Bins of numbers are called by their place; those of labels begin with '='. */
function byPlace(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)]
  if (Number.isNaN(x) || Number.isNaN(y)) return a < b ? -1 : 1
  return x - y
}
