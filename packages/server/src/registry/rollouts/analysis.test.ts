import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, psi } from './analysis.ts'
import { newTally, type Tally } from './counts.ts'

const PLAN = {
  steps: [5, 100],
  step_seconds: 60,
  min_requests: 200,
  max_error_rise: 0.01,
  max_latency_factor: 2,
  max_drift: 0.25,
  shadow_percent: 0,
}

/** So many requests, some of them failed, each as slow as the bucket says. */
function tally(requests: number, errors = 0, refused = 0, bucket = 4, outputs: Record<string, number> = {}): Tally {
  const made = { ...newTally(), requests, errors, refused, outputs: new Map(Object.entries(outputs)) }
  made.latency[bucket] = requests
  return made
}

const says = (stable: Tally, candidate: Tally, elapsed_ms = 60_000) => judge(PLAN, stable, candidate, { stable: 1 }, elapsed_ms)

test('a step is over when its requests, its time and its figures are there, and not before', () => {
  const stable = tally(4_000, 2)
  assert.deepEqual(says(stable, tally(199)), { says: 'wait', why: '199 of 200 requests' })
  assert.match(says(stable, tally(200), 30_000).why, /takes 30 s more/)
  const next = says(stable, tally(200))
  assert.equal(next.says, 'next')
  assert.match(next.why, /^errors: 0\.0 % of 200 requests, and 0\.1 % of 4000 with version 1; refused requests: 0\.0 %/)
})

test('failures beyond chance go back at once, also before the sample is whole; what may be chance waits', () => {
  const stable = tally(4_000)
  const back = says(stable, tally(400, 12), 0)
  assert.equal(back.says, 'back')
  assert.equal(back.why, 'errors: 3.0 % of 400 requests, and 0.0 % of 4000 with version 1')
  assert.equal(says(stable, tally(4, 4), 0).says, 'back')
  assert.equal(says(stable, tally(2, 2), 0).says, 'wait')
  // 1.5 % of 200 may be a thousandth too much by chance: neither on nor back.
  assert.equal(says(stable, tally(200, 3)).says, 'wait')
  assert.equal(says(stable, tally(400, 4)).says, 'next')
  // What the stable version can't do either is not the new one's fault.
  assert.equal(says(tally(4_000, 160), tally(400, 16)).says, 'next')
  assert.match(says(stable, tally(100, 0, 100), 0).why, /^refused requests: 100\.0 % of 100/)
  // The stable version has no requests any more, and had none.
  assert.equal(says(newTally(), tally(400, 40)).says, 'back')
  assert.equal(says(newTally(), tally(400)).says, 'next')
})

test('slow answers go back when they are slower by a factor and by milliseconds that matter', () => {
  assert.match(says(tally(4_000, 0, 0, 10), tally(200, 0, 0, 20)).why, /^latency: 95 % of its requests take up to 51\.2 ms, and 1\.6 ms/)
  assert.equal(says(tally(4_000, 0, 0, 2), tally(200, 0, 0, 10)).says, 'next')
})

test('predictions that lie elsewhere go back; chance and labels are known as such', () => {
  const around = (at: number, n: number): Record<string, number> =>
    Object.fromEntries(Array.from({ length: 40 }, (_, bin) => [String(at + bin), n]))
  const drift = (before: Record<string, number>, now: Record<string, number>) =>
    says(tally(4_000, 0, 0, 4, before), tally(200, 0, 0, 4, now))
  assert.equal(drift(around(0, 100), around(0, 5)).says, 'next')
  assert.match(drift(around(0, 100), around(20, 5)).why, /^predictions: they lie \d+\.\d\d \(PSI\) from those of version 1; at most 0\.25/)
  assert.equal(drift({ '=yes': 3_000, '=no': 1_000 }, { '=yes': 145, '=no': 55 }).says, 'next')
  assert.equal(drift({ '=yes': 3_000, '=no': 1_000 }, { '=yes': 50, '=no': 150 }).says, 'back')
  assert.equal(drift({ '=yes': 4_000 }, { '=perhaps': 200 }).says, 'back')
  assert.equal(psi(new Map(), new Map([['1', 1]])), undefined)
  // Eleven of ten thousand in the same bins: the difference is below what chance makes of it.
  const small = psi(new Map(Object.entries(around(0, 250))), new Map(Object.entries({ 1: 3, 12: 2, 20: 3, 35: 3 })))
  assert.ok(small && small.psi < small.noise, JSON.stringify(small))
})
