import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { TestServer } from '../../testing/server.ts'

overEachDatabase('POST runs/create', (open) => {
  test('starts a run that can be read back', async () => {
    const server = new TestServer(await open())
    const { experiment_id } = (await server.post('experiments/create', { name: 'fraud' })).body
    const made = await server.post('runs/create', {
      experiment_id,
      user_id: 'ann',
      run_name: 'first try',
      start_time: 456,
      tags: [
        { key: 'team', value: 'risk' },
        { key: 'any key @ all', value: '' },
      ],
    })
    assert.equal(made.status, 200, made.text)
    const { run } = made.body
    assert.match(run.info.run_id, /^[0-9a-f]{32}$/)
    assert.deepEqual(run.info, {
      run_id: run.info.run_id,
      run_uuid: run.info.run_id,
      run_name: 'first try',
      experiment_id,
      user_id: 'ann',
      status: 'RUNNING',
      start_time: 456,
      artifact_uri: `mlflow-artifacts:/${experiment_id}/${run.info.run_id}/artifacts`,
      lifecycle_stage: 'active',
    })
    assert.deepEqual(Object.fromEntries(run.data.tags.map((tag: { key: string; value: string }) => [tag.key, tag.value])), {
      team: 'risk',
      'any key @ all': '',
      'mlflow.runName': 'first try',
    })
    const got = await server.get('runs/get', { run_id: run.info.run_id })
    assert.deepEqual(got.body.run, run)
    assert.deepEqual((await server.get('runs/get', { run_uuid: run.info.run_id })).body.run, run)
    assert.equal((await server.get('runs/get', { run_id: run.info.run_id, run_uuid: run.info.run_id })).status, 200)
  })

  for (const [what, payload, name] of [
    ['the tag, where no name is given', { tags: [{ key: 'mlflow.runName', value: 'from a tag' }] }, /^from a tag$/],
    ['both, where they agree', { run_name: 'x', tags: [{ key: 'mlflow.runName', value: 'x' }] }, /^x$/],
    ['our own words, where neither is given', {}, /^[a-z]+-[a-z]+-\d{1,3}$/],
    ['our own words, where the name is empty', { run_name: '' }, /^[a-z]+-[a-z]+-\d{1,3}$/],
  ] as const) {
    test(`a run is named by ${what}`, async () => {
      const server = new TestServer(await open())
      const { experiment_id } = (await server.post('experiments/create', { name: 'e' })).body
      const { run } = (await server.post('runs/create', { experiment_id, ...payload })).body
      assert.match(run.info.run_name, name)
      assert.deepEqual(run.data.tags, [{ key: 'mlflow.runName', value: run.info.run_name }])
    })
  }

  for (const [what, payload, status, phrase] of [
    ['two names', { run_name: 'x', tags: [{ key: 'mlflow.runName', value: 'y' }] }, 400, 'different values'],
    ['an experiment that is not there', { experiment_id: '77' }, 404, 'No Experiment with id=77 exists'],
    ['an experiment id that is no number', { experiment_id: '0x1' }, 404, 'No Experiment with id=0x1 exists'],
    ['a start beyond what a number holds', { start_time: 2 ** 53 }, 400, "Invalid value 9007199254740992 for parameter 'start_time'"],
    ['a tag without a key', { tags: [{ value: 'x' }] }, 400, "Missing value for required parameter 'tags[0].key'"],
    ['a number for a name', { run_name: 7 }, 400, "Invalid value 7 for parameter 'run_name'"],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const server = new TestServer(await open())
      const { experiment_id } = (await server.post('experiments/create', { name: 'e' })).body
      const answer = await server.post('runs/create', { experiment_id, ...payload })
      assert.equal(answer.status, status, answer.text)
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
    })
  }

  test('tags called like parts of JavaScript are data', async () => {
    const server = new TestServer(await open())
    const { experiment_id } = (await server.post('experiments/create', { name: 'e' })).body
    const tags = ['__proto__', 'constructor', 'toString'].map((key) => ({ key, value: key }))
    const { run } = (await server.post('runs/create', { experiment_id, run_name: 'x', tags })).body
    const text = (await server.get('runs/get', { run_id: run.info.run_id })).body
    assert.equal(text.run.data.tags.length, 4)
    for (const { key, value } of tags) assert.ok(text.run.data.tags.some((tag: typeof run) => tag.key === key && tag.value === value))
  })

  test('a run that is not there is 404', async () => {
    const server = new TestServer(await open())
    for (const run_id of ['fake_run_id', 'f'.repeat(32), "' or 1=1 --"]) {
      const answer = await server.get('runs/get', { run_id })
      assert.equal(answer.status, 404)
      assert.equal(answer.body.error_code, 'RESOURCE_DOES_NOT_EXIST')
      assert.match(answer.body.message, /Run .+ not found/)
    }
    assert.equal((await server.get('runs/get')).body.message.includes("Missing value for required parameter 'run_id'"), true)
  })
})
