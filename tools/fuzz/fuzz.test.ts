import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { foundInputs } from '../corpus/found.ts'
import { fuzz } from './fuzz.ts'
import { Lanes } from './lanes.ts'
import { chosen, type Target } from './target.ts'
import { targets } from './targets.ts'

/** A moment for each, where one runs these tests alone; the whole `npm test` takes a minute for each. */
const MOMENT_MS = 50

describe('a file or request that is changed at random breaks no reader', () => {
  for (const target of targets) {
    test(target.name, async () => {
      const { tried, failed } = await fuzz(target, { time_ms: MOMENT_MS, seed: 7 })
      assert.ok(tried > 0)
      assert.deepEqual(
        failed.map(({ name, why }) => `${name}: ${why}`),
        [],
      )
    })
  }

  test('what was found once stays found', async () => {
    for (const { target, name, bytes } of foundInputs()) {
      const [of] = chosen(targets, [target]) as [Target]
      const started = process.threadCpuUsage()
      await of.attempt(name, bytes)
      const { user } = process.threadCpuUsage(started)
      assert.ok(user < 3_000_000, `${target} ${name} took ${user / 1e6} s`)
    }
  })
})

const BROKEN = `
import { fuzzAsChild } from ${JSON.stringify(new URL('as-child.ts', import.meta.url).pathname)}
const kept = []
const seeds = () => [{ name: 'folder/seed.bin', bytes: Buffer.from('the seed') }]
const of = (name, attempt) => ({ name, seeds, attempt })
await fuzzAsChild([
  of('sound', () => 'well'),
  of('throws', () => { throw new TypeError('of undefined') }),
  of('hangs', () => { for (;;); }),
  of('grows', () => { kept.push(Buffer.alloc(2 ** 24, 1)); return '' }),
  of('heap', () => { for (;;) kept.push({ kept: [kept.length] }) }),
  of('crashes', () => process.abort()),
  of('waits', () => new Promise(() => {})),
])
`

describe('a reader that is broken is found so, with the input kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-broken-'))
  const child = join(folder, 'broken.mjs')
  writeFileSync(child, BROKEN)
  after(() => rmSync(folder, { recursive: true }))

  for (const [name, why] of [
    ['throws', /TypeError: of undefined/],
    ['hangs', /did not come to an end within 2 s/],
    ['grows', /it grew to \d+ MiB/],
    ['heap', /its process ended with SIG|it grew to/],
    ['crashes', /its process ended with SIGABRT/],
    ['waits', /its process ended with 13/],
  ] as const) {
    test(name, async () => {
      const found = join(folder, name)
      const lanes = new Lanes([{ name, seeds: () => [], attempt: () => '' }], {
        seconds: 60,
        found,
        child,
        memory_max_mib: 700,
        input_max_ms: name === 'hangs' ? 2_000 : 60_000,
      })
      await lanes.run()
      assert.match(lanes.ended[0]?.failures[0] ?? 'nothing failed', why)
      const [kept] = readdirSync(found)
      assert.match(kept ?? 'none', new RegExp(`^${name}@[0-9a-f]{8}@seed\\.bin$`))
    })
  }

  test('and one that is sound passes', async () => {
    const lanes = new Lanes([{ name: 'sound', seeds: () => [], attempt: () => '' }], { seconds: 0.2, found: join(folder, 'none'), child })
    await lanes.run()
    assert.deepEqual(lanes.ended[0]?.failures, [])
    assert.ok((lanes.ended[0]?.tried ?? 0) > 10)
  })
})
