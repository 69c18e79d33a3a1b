import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { readRun, startRun } from '../../testing/runs.ts'
import { TestServer } from '../../testing/server.ts'

overEachDatabase('POST runs/log-parameter', (open) => {
  for (const [what, sent, kept] of [
    ['text', 'a "quoted" value\n', 'a "quoted" value\n'],
    ['nothing', '', ''],
    ['a value that is left out', undefined, ''],
    ['6,000 characters', 'x'.repeat(6_000), 'x'.repeat(6_000)],
    ['more, cut as MLflow cuts it', 'x'.repeat(6_001), 'x'.repeat(6_000)],
    ['characters of two code units, none cut in half', `x${'🦆'.repeat(7_000)}`, `x${'🦆'.repeat(5_999)}`],
  ] as const) {
    test(`keeps ${what}`, async () => {
      const server = new TestServer(await open())
      const run_id = await startRun(server)
      for (const _ of ['once', 'and the same again']) {
        const answer = await server.post('runs/log-parameter', { run_id, key: 'p', value: sent })
        assert.equal(answer.status, 200, answer.text)
      }
      assert.deepEqual((await readRun(server, run_id)).params, { p: kept })
    })
  }

  for (const [what, payload, phrase] of [
    ['another value', { value: 'two' }, "Changing param values is not allowed. Param with key='fixed' was already logged with value='one'"],
    ['a number for a key', { key: 31 }, "Invalid value 31 for parameter 'key' supplied"],
    ['a number for a value', { value: 41 }, "Invalid value 41 for parameter 'value' supplied"],
    ['an empty key', { key: '' }, 'Invalid value "" for parameter \'key\''],
    ['a NUL', { value: 'a\0b' }, 'NUL'],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const server = new TestServer(await open())
      const run_id = await startRun(server)
      await server.post('runs/log-parameter', { run_id, key: 'fixed', value: 'one' })
      const answer = await server.post('runs/log-parameter', { run_id, key: 'fixed', value: 'one', ...payload })
      assert.equal(answer.status, 400, answer.text)
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
      assert.deepEqual((await readRun(server, run_id)).params, { fixed: 'one' })
    })
  }
})
