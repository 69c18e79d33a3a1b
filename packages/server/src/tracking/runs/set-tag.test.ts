import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { readRun, startRun } from '../../testing/runs.ts'
import { TestServer } from '../../testing/server.ts'

overEachDatabase('POST runs/set-tag', (open) => {
  test('sets, changes and cuts', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server, { run_name: 'x' })
    for (const value of ['one', '', 'two']) {
      assert.equal((await server.post('runs/set-tag', { run_uuid: run_id, key: 'a', value })).status, 200)
      assert.deepEqual((await readRun(server, run_id)).tags, { a: value, 'mlflow.runName': 'x' })
    }
    await server.post('runs/set-tag', { run_id, key: 'a', value: 'x'.repeat(9_000) })
    assert.equal((await readRun(server, run_id)).tags.a, 'x'.repeat(8_000))
  })

  test('the tag mlflow.runName renames the run; an empty one changes nothing', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server, { run_name: 'x' })
    for (const [value, name] of [
      ['y', 'y'],
      ['', 'y'],
    ] as const) {
      await server.post('runs/set-tag', { run_id, key: 'mlflow.runName', value })
      const run = await readRun(server, run_id)
      assert.equal(run.info.run_name, name)
      assert.equal(run.tags['mlflow.runName'], name)
    }
    await server.post('runs/log-batch', { run_id, tags: [{ key: 'mlflow.runName', value: 'z' }] })
    assert.equal((await readRun(server, run_id)).info.run_name, 'z')
  })

  for (const [what, payload, phrase] of [
    ['a number for a run', { run_id: 31 }, "Invalid value 31 for parameter 'run_id' supplied"],
    ['a number for a value', { value: 41 }, "Invalid value 41 for parameter 'value' supplied"],
    ['no key', { key: undefined }, "Missing value for required parameter 'key'"],
    ['a key like a path', { key: 'a/../../b' }, "for parameter 'key' supplied"],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const server = new TestServer(await open())
      const run_id = await startRun(server)
      const answer = await server.post('runs/set-tag', { run_id, key: 'tag', value: 'x', ...payload })
      assert.equal(answer.status, 400, answer.text)
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
    })
  }
})

overEachDatabase('POST runs/delete-tag', (open) => {
  test('takes a tag away, of one run, once', async () => {
    const server = new TestServer(await open())
    const [run_id, other] = [await startRun(server), await startRun(server)]
    for (const id of [run_id, other]) await server.post('runs/set-tag', { run_id: id, key: 'a', value: 'b' })
    assert.equal((await server.post('runs/delete-tag', { run_id, key: 'a' })).status, 200)
    assert.equal('a' in (await readRun(server, run_id)).tags, false)
    assert.equal((await readRun(server, other)).tags.a, 'b')
    for (const key of ['a', 'fakeTag']) {
      const answer = await server.post('runs/delete-tag', { run_id, key })
      assert.equal(answer.status, 404)
      assert.match(answer.body.message, new RegExp(`No tag with name: ${key}`))
    }
    const none = await server.post('runs/delete-tag', { run_id: 'fake_run_id', key: 'a' })
    assert.equal(none.status, 404)
    assert.match(none.body.message, /Run .+ not found/)
  })

  test('takes tags away whose keys only runs/create takes', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server, { tags: [{ key: 'a@b', value: 'c' }] })
    assert.equal((await server.post('runs/delete-tag', { run_id, key: 'a@b' })).status, 200)
    assert.deepEqual(Object.keys((await readRun(server, run_id)).tags), ['mlflow.runName'])
  })
})
