import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Backend } from '../backend.ts'
import { columnsOf, served, serving, sums } from '../testing/sums.ts'
import { Split } from './split.ts'

const AB = columnsOf({ a: 'double', b: 'double' })
const division = { rollout_id: 'ro-1', step: 0, weight: 50, shadow_percent: 0 }

/** A model that fails where `a` is negative. */
const fails: Backend = {
  ...sums,
  predict(frame) {
    if ((frame.data[0]?.[0] as number) < 0) throw new TypeError('the inside of the model')
    return sums.predict(frame)
  },
}

test('a weight is the part of the requests, a key stays with one version, and whoever was with the candidate stays as it grows', () => {
  const [stable, candidate] = [served(AB), served(AB, { version: '2' })]
  const split = new Split(stable, candidate, { ...division, weight: 20 })
  const part = (): number =>
    Array.from({ length: 20_000 }, () => split.choose(undefined)).filter((one) => one === candidate).length / 20_000
  assert.ok(Math.abs(part() - 0.2) < 0.02, `${part()}`)
  const keys = Array.from({ length: 10_000 }, (_, at) => `customer-${at}`)
  const first = keys.filter((key) => split.choose(key) === candidate)
  assert.ok(Math.abs(first.length - 2_000) < 300, `${first.length}`)
  assert.deepEqual(
    keys.filter((key) => split.choose(key) === candidate),
    first,
  )
  split.divide({ ...division, step: 1, weight: 60 })
  const more = keys.filter((key) => split.choose(key) === candidate)
  assert.ok(Math.abs(more.length - 6_000) < 400, `${more.length}`)
  assert.ok(first.every((key) => more.includes(key)))
  split.divide({ ...division, step: 2, weight: 100 })
  assert.ok(keys.every((key) => split.choose(key) === candidate))
  split.end()
  assert.ok(keys.every((key) => split.choose(key) === stable))
})

test('both versions are counted by status, time and prediction; a version by its number is not divided', async (t) => {
  const [stable, candidate] = [served(AB), served(AB, { version: '2', backend: fails })]
  const { call, models } = await serving(t, [stable])
  const split = new Split(stable, candidate, { ...division, weight: 100 })
  models.divide(split)
  const ask = async (row: unknown[], path = '/invocations') => (await call('POST', path, { instances: [row] })).status
  assert.equal(await ask([1, 2]), 200)
  assert.equal(await ask([-1, 2]), 500)
  assert.equal(await ask(['x', 2]), 400)
  assert.equal(await ask([-1, 2], '/models/sums/versions/1/invocations'), 200)
  const { counts } = split
  const told = ({ requests, errors, refused }: typeof counts.stable) => [requests, errors, refused]
  assert.deepEqual(
    [told(counts.stable), told(counts.candidate)],
    [
      [1, 0, 0],
      [3, 1, 1],
    ],
  )
  assert.equal(
    counts.candidate.latency.reduce((sum, n) => sum + n),
    3,
  )
  assert.deepEqual(
    counts.candidate.outputs.map(({ count }) => count),
    [1],
  )
  assert.match((await call('GET', '/metrics')).text, /millrace_canary_weight\{model="sums",version="2"\} 100\n/)
  models.unite(split)
  assert.equal(await ask([-1, 2]), 200)
  assert.equal(await ask([1, 2], '/models/sums/versions/2/invocations'), 404)
  assert.equal(stable.eyes.size + candidate.eyes.size, 0)
})

test('copies are compared, and neither their failures nor their predictions reach anybody', async (t) => {
  const off: Backend = {
    ...fails,
    predict: (frame) => ({
      ...fails.predict(frame),
      values: [((frame.data[0]?.[0] as number) > 5 ? 1 : 0) + Number(fails.predict(frame).values[0])],
    }),
  }
  const [stable, candidate] = [served(AB), served(AB, { version: '2', backend: off })]
  const { call, models, failures } = await serving(t, [stable])
  const split = new Split(stable, candidate, { ...division, weight: 0, shadow_percent: 100 })
  models.divide(split)
  for (const a of [1, 2, 9, -1]) {
    const { status, body } = await call('POST', '/invocations', { instances: [[a, 1]] })
    assert.deepEqual([status, body], [200, { predictions: [a + 1] }])
  }
  while (split.counts.compared < 4) await wait(5)
  const { compared, differing, shadow, candidate: own } = split.counts
  assert.deepEqual([compared, differing, shadow.requests, shadow.errors, own.requests], [4, 2, 4, 1, 0])
  assert.deepEqual(failures, [])
  assert.match((await call('GET', '/metrics')).text, /millrace_shadow_differing\{model="sums",version="2"\} 2\n/)
})
