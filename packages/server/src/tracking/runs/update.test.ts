import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { readRun, startRun } from '../../testing/runs.ts'
import { TestServer } from '../../testing/server.ts'

overEachDatabase('POST runs/update', (open) => {
  test('changes what is given and nothing else', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server, { run_name: 'x', start_time: 5 })
    for (const [changes, status, end_time, run_name] of [
      [{ status: 'FAILED', end_time: 77 }, 'FAILED', 77, 'x'],
      [{ run_name: 'y' }, 'FAILED', 77, 'y'],
      [{ run_name: '' }, 'FAILED', 77, 'y'],
      [{ status: 'RUNNING', endTime: 78 }, 'RUNNING', 78, 'y'],
      [{}, 'RUNNING', 78, 'y'],
    ] as const) {
      const answer = await server.post('runs/update', { run_id, run_uuid: run_id, ...changes })
      assert.equal(answer.status, 200, answer.text)
      const run = await readRun(server, run_id)
      assert.deepEqual(answer.body.run_info, run.info)
      assert.deepEqual([run.info.status, run.info.end_time, run.info.run_name, run.info.start_time], [status, end_time, run_name, 5])
      assert.equal(run.tags['mlflow.runName'], run_name)
    }
  })

  for (const [what, payload, status, phrase] of [
    ['a status that is none', { status: 'DONE' }, 400, 'Invalid value "DONE" for parameter \'status\''],
    ['a status by number', { status: 3 }, 400, "Invalid value 3 for parameter 'status'"],
    ['an end beyond 2^53', { end_time: 2 ** 53 }, 400, "for parameter 'end_time'"],
    ['a run that is not there', { run_id: 'gone' }, 404, 'Run with id=gone not found'],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const server = new TestServer(await open())
      const answer = await server.post('runs/update', { run_id: await startRun(server), ...payload })
      assert.equal(answer.status, status, answer.text)
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
    })
  }
})

overEachDatabase('POST runs/delete and runs/restore', (open) => {
  test('a deleted run can be read and takes no writes; restored, it takes them again', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server, { tags: [{ key: 'a', value: 'b' }] })
    const writes = [
      ['runs/update', { status: 'FINISHED' }],
      ['runs/log-metric', { key: 'x', value: 1, timestamp: 1 }],
      ['runs/log-parameter', { key: 'x', value: '1' }],
      ['runs/log-batch', { tags: [{ key: 'x', value: '1' }] }],
      ['runs/log-batch', {}],
      ['runs/set-tag', { key: 'x', value: '1' }],
      ['runs/delete-tag', { key: 'a' }],
    ] as const
    const before = await readRun(server, run_id)
    for (const _ of ['once', 'twice is the same']) {
      assert.equal((await server.post('runs/delete', { run_id })).status, 200)
      const { info, ...rest } = await readRun(server, run_id)
      assert.deepEqual({ info, ...rest }, { ...before, info: { ...before.info, lifecycle_stage: 'deleted' } })
    }
    for (const [path, payload] of writes) {
      const answer = await server.post(path, { run_id, ...payload })
      assert.equal(answer.status, 400, path)
      assert.ok(answer.body.message.includes(`The run ${run_id} must be in the 'active' state`), answer.body.message)
    }
    assert.equal((await server.post('runs/restore', { run_id })).status, 200)
    assert.deepEqual(await readRun(server, run_id), before)
    for (const [path, payload] of writes) assert.equal((await server.post(path, { run_id, ...payload })).status, 200, path)
  })

  for (const path of ['runs/delete', 'runs/restore', 'runs/log-metric', 'runs/log-parameter', 'runs/log-batch', 'runs/set-tag']) {
    test(`${path} of a run that is not there is 404`, async () => {
      const server = new TestServer(await open())
      const answer = await server.post(path, { run_id: 'gone', key: 'x', value: '1', timestamp: 1 })
      assert.equal(answer.status, 404, answer.text)
      assert.match(answer.body.message, /Run .+ not found/)
    })
  }
})
