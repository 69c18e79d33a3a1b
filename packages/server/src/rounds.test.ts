import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from './clock.ts'
import { type Next, Rounds } from './rounds.ts'

class TestClock implements Clock {
  at_ms = 0
  alarm: { at_ms: number; work: () => void } | undefined

  now(): number {
    return this.at_ms
  }

  after(ms: number, work: () => void): () => void {
    this.alarm = { at_ms: this.at_ms + ms, work }
    return () => {
      this.alarm = undefined
    }
  }
}

const tick = () => new Promise((resolve) => setImmediate(resolve))

test('a round is made when woken, once more when woken meanwhile, and again at its time; nobody looks else', async () => {
  const clock = new TestClock()
  const answers: Next[] = ['again', undefined, { at_ms: 500 }]
  let rounds = 0
  let most = 0
  let running = 0
  const look = async (): Promise<Next> => {
    most = Math.max(most, ++running)
    await tick()
    running--
    return answers[rounds++]
  }
  const one = new Rounds(look, (error) => assert.fail(String(error)), clock)
  assert.ok(one.idle)
  one.wake()
  assert.ok(!one.idle)
  while (!one.idle) await tick()
  assert.equal(rounds, 2)
  assert.equal(clock.alarm, undefined)
  one.wake()
  one.wake()
  while (!one.idle) await tick()
  assert.equal(rounds, 4, 'woken while it looked, or about to')
  assert.equal(most, 1)
  one.wake()
  while (!one.idle) await tick()
  await one.stop()
  one.wake()
  await tick()
  assert.equal(rounds, 5)
})

test('what fails is told and tried again in a moment; after the end nothing is', async () => {
  const clock = new TestClock()
  const failures: unknown[] = []
  let rounds = 0
  const look = async (): Promise<Next> => {
    if (rounds++ === 0) throw new Error('no database')
    return { at_ms: 9_000 }
  }
  const one = new Rounds(look, (error) => failures.push((error as Error).message), clock)
  one.wake()
  while (!one.idle) await tick()
  assert.deepEqual(failures, ['no database'])
  assert.equal(clock.alarm?.at_ms, 5_000)
  clock.at_ms = 5_000
  clock.alarm?.work()
  while (!one.idle) await tick()
  assert.equal(rounds, 2)
  assert.equal(clock.alarm?.at_ms, 9_000)
  await one.stop()
  assert.equal(clock.alarm, undefined)
})
