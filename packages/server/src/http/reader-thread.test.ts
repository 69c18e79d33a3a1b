import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import type { Context } from './context.ts'
import { ReaderThreads } from './reader-thread.ts'

// Answers with its input; dies, hangs or fails when it is asked to.
const WORKER = `
  const { parentPort } = require('node:worker_threads')
  parentPort.on('message', ({ id, input }) => {
    if (input === 'throw') throw new Error('a defect')
    if (input === 'exit') process.exit(3)
    if (input === 'hang') for (;;) {}
    if (input === 'refuse') return parentPort.postMessage({ id, code: 'RESOURCE_DOES_NOT_EXIST', message: 'none' })
    parentPort.postMessage({ id, bytes: new TextEncoder().encode(String(input)) })
  })`

function threadForTest(limits: { waiting_max?: number; answer_max_ms?: number; threads_max?: number; patience_ms?: number } = {}): {
  ask: (input: string) => Promise<string>
  started: () => number
  thread: ReaderThreads
} {
  let started = 0
  const start = (): Worker => {
    started++
    return new Worker(WORKER, { eval: true })
  }
  const thread = new ReaderThreads(start, { threads_max: 1, ...limits })
  const ask = async (input: string): Promise<string> => String(await thread.answer('GET /x', input, {} as Context))
  return { ask, started: () => started, thread }
}

describe('the threads for long reads', () => {
  test('answers in order, and an error that was foreseen keeps its code', async () => {
    const { ask, thread, started } = threadForTest()
    assert.deepEqual(await Promise.all([ask('a'), ask('b')]), ['a', 'b'])
    await assert.rejects(ask('refuse'), { code: 'RESOURCE_DOES_NOT_EXIST' })
    assert.equal(started(), 1)
    await thread.close()
  })

  for (const death of ['throw', 'exit']) {
    test(`when it dies (${death}), the request that it was at fails, and those behind it are answered by another`, async () => {
      const { ask, thread, started } = threadForTest()
      const [first, dying, next, last] = await Promise.allSettled([ask('a'), ask(death), ask('b'), ask('c')])
      assert.deepEqual(first, { status: 'fulfilled', value: 'a' })
      assert.equal(dying?.status, 'rejected')
      assert.deepEqual(
        [next, last].map((one) => one?.status === 'fulfilled' && one.value),
        ['b', 'c'],
      )
      assert.equal(await ask('d'), 'd')
      assert.equal(started(), 2)
      await thread.close()
    })
  }

  test('one that takes too long is given up, and does not hold up the others', async () => {
    const { ask, thread } = threadForTest({ answer_max_ms: 300 })
    const [hanging, next] = await Promise.allSettled([ask('hang'), ask('b')])
    assert.equal(hanging?.status === 'rejected' && hanging.reason.code, 'TEMPORARILY_UNAVAILABLE')
    assert.deepEqual(next, { status: 'fulfilled', value: 'b' })
    await thread.close()
  })

  test('too many at once are refused, not collected', async () => {
    const { ask, thread } = threadForTest({ waiting_max: 2 })
    const [, , third] = await Promise.allSettled([ask('a'), ask('b'), ask('c')])
    assert.equal(third?.status === 'rejected' && third.reason.code, 'TEMPORARILY_UNAVAILABLE')
    assert.equal(await ask('d'), 'd')
    await thread.close()
  })

  test('what still waits when the server stops is told so', async () => {
    const { ask, thread } = threadForTest()
    const hanging = ask('hang')
    const refused = assert.rejects(hanging, { code: 'TEMPORARILY_UNAVAILABLE' })
    await thread.close()
    await refused
  })

  test('when requests wait, another thread starts, and no more than there may be', async () => {
    const { ask, thread, started } = threadForTest({ threads_max: 2, patience_ms: 1, answer_max_ms: 20_000 })
    const hanging = ask('hang')
    const refused = assert.rejects(hanging, { code: 'TEMPORARILY_UNAVAILABLE' })
    assert.deepEqual(await Promise.all([ask('a'), ask('b'), ask('c')]), ['a', 'b', 'c'])
    assert.equal(started(), 2)
    await thread.close()
    await refused
  })
})
