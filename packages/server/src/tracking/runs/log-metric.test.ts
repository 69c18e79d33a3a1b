import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { readRun, startRun } from '../../testing/runs.ts'
import { TestServer } from '../../testing/server.ts'

overEachDatabase('POST runs/log-metric', (open) => {
  test('adds points, of which a run shows the latest by step, then time, then value', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server)
    const log = (step: number, timestamp: number, value: number | string) =>
      server.post('runs/log-metric', { run_id, run_uuid: run_id, key: 'loss', value, timestamp, step })
    for (const [step, timestamp, value, latest] of [
      [1, 100, 5, 5],
      [1, 100, 4, 5],
      [0, 900, 9, 5],
      [1, 99, 9, 5],
      [1, 101, 1, 1],
      [1, 101, 'NaN', 1],
      [1, 101, 'Infinity', 'Infinity'],
      [2, 1, '-Infinity', '-Infinity'],
      [3, 0, 'NaN', 'NaN'],
      [3, 0, -7, -7],
      [-4, 999, 8, -7],
    ] as const) {
      assert.equal((await log(step, timestamp, value)).status, 200)
      assert.equal((await readRun(server, run_id)).metrics.loss, latest, `after ${value} at step ${step}`)
    }
  })

  test('the same point twice is one point', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server)
    for (const value of [1, 1, 'NaN', 'NaN', 'Infinity', 'Infinity']) {
      await server.post('runs/log-metric', { run_id, key: 'x', value, timestamp: 1 })
    }
    const { metrics } = (await server.get('metrics/get-history', { run_id, metric_key: 'x' })).body
    assert.deepEqual(metrics.map((one: { value: unknown }) => one.value).toSorted(), [1, 'Infinity', 'NaN'])
  })

  test('takes numbers as text, fields in camelCase and a step that is left out', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server)
    const answer = await server.post('runs/log-metric', { runId: run_id, key: 'x/y.z é', value: '1.5e3', timestamp: '9007199254740991' })
    assert.equal(answer.status, 200, answer.text)
    const { metrics } = (await server.get('metrics/get-history', { run_id, metric_key: 'x/y.z é' })).body
    assert.deepEqual(metrics, [{ key: 'x/y.z é', value: 1500, timestamp: 9007199254740991, step: 0 }])
  })

  for (const [what, payload, phrase] of [
    ['a number for a run', { run_id: 31 }, "Invalid value 31 for parameter 'run_id' supplied"],
    ['no run', { run_id: null }, "Missing value for required parameter 'run_id'"],
    ['two runs', { run_uuid: 'another' }, 'given twice'],
    ['no key', { key: undefined }, "Missing value for required parameter 'key'"],
    ['a key of 251 characters', { key: 'k'.repeat(251) }, 'exceeds the maximum length of 250'],
    ['a key like ../a', { key: '../a' }, 'Invalid value "../a" for parameter \'key\' supplied'],
    ['a key like /a', { key: '/a' }, 'Invalid value "/a"'],
    ['a key like a//b', { key: 'a//b' }, 'Invalid value "a//b"'],
    ['a key like a/./b', { key: 'a/./b' }, 'Invalid value "a/./b"'],
    ['a key like a/', { key: 'a/' }, 'Invalid value "a/"'],
    ['a key of a dot', { key: '.' }, 'Invalid value "."'],
    ['a key with a percent sign', { key: '5%' }, 'Names may only contain'],
    ['a key with a line feed', { key: 'a\n' }, 'Names may only contain'],
    ['no value', { value: null }, "Missing value for required parameter 'value'"],
    ['true for a value', { value: true }, "Invalid value true for parameter 'value' supplied"],
    ['words for a value', { value: 'high' }, 'Invalid value "high" for parameter \'value\' supplied'],
    ['no time', { timestamp: undefined }, "Missing value for required parameter 'timestamp'"],
    ['words for a time', { timestamp: 'foo' }, 'Invalid value "foo" for parameter \'timestamp\' supplied'],
    ['a time before 1970', { timestamp: -1 }, "Invalid value -1 for parameter 'timestamp' supplied"],
    ['a time of half a millisecond', { timestamp: 0.5 }, "Invalid value 0.5 for parameter 'timestamp' supplied"],
    ['a time beyond 2^53', { timestamp: 2 ** 53 }, "for parameter 'timestamp' supplied"],
    ['a step beyond 2^53, as text', { step: '9223372036854775808' }, "for parameter 'step' supplied"],
    ['words for a step', { step: 'foo' }, 'Invalid value "foo" for parameter \'step\' supplied'],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const server = new TestServer(await open())
      const run_id = await startRun(server)
      const answer = await server.post('runs/log-metric', { run_id, key: 'metric', value: 41, timestamp: 59, step: 26, ...payload })
      assert.equal(answer.status, 400, answer.text)
      assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE')
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
      assert.deepEqual((await readRun(server, run_id)).metrics, {})
    })
  }
})
