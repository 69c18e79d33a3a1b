import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { TestServer } from '../../testing/server.ts'

overEachDatabase('POST experiments/create', (open) => {
  test('makes an experiment that can be read back', async () => {
    const server = new TestServer(await open())
    const made = await server.post('experiments/create', { name: 'fraud', tags: [{ key: 'team', value: 'risk' }] })
    assert.equal(made.status, 200, made.text)
    const got = await server.get('experiments/get', { experiment_id: made.body.experiment_id })
    assert.equal(got.body.experiment.name, 'fraud')
    assert.equal(got.body.experiment.artifact_location, `mlflow-artifacts:/${made.body.experiment_id}`)
    assert.deepEqual(got.body.experiment.tags, [{ key: 'team', value: 'risk' }])
  })

  test('refuses a name that is taken', async () => {
    const server = new TestServer(await open())
    await server.post('experiments/create', { name: 'fraud' })
    const again = await server.post('experiments/create', { name: 'fraud' })
    assert.equal(again.status, 400)
    assert.equal(again.body.error_code, 'RESOURCE_ALREADY_EXISTS')
  })

  for (const [what, payload, phrase] of [
    ['no name', {}, "Missing value for required parameter 'name'"],
    ['an empty name', { name: '' }, 'Invalid value "" for parameter \'name\''],
    ['a number for a name', { name: 31 }, "Invalid value 31 for parameter 'name'"],
    ['a name of a million digits', { name: '1'.repeat(10 ** 6) }, 'exceeds the maximum length of 500'],
    ['a location of a million characters', { name: 'x', artifact_location: `mlflow-artifacts:/${'x'.repeat(10 ** 6)}` }, '2048'],
    ['a NUL in the name', { name: 'a\0b' }, 'NUL'],
    ['both spellings of a field', { name: 'x', artifact_location: 'a', artifactLocation: 'b' }, 'given twice'],
  ] as const) {
    test(`DO-02 DO-10 refuses ${what}`, async () => {
      const server = new TestServer(await open())
      const answer = await server.post('experiments/create', payload)
      assert.equal(answer.status, 400)
      assert.equal(answer.body.error_code, 'INVALID_PARAMETER_VALUE')
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
    })
  }

  test("names a number as its sender wrote it, since MLflow's clients look for it", async () => {
    const server = new TestServer(await open())
    const headers = { 'content-type': 'application/json' }
    const body = Buffer.from('{"name":"x","artifact_location":9.0}')
    const answer = await server.call('POST', '/api/2.0/mlflow/experiments/create', body, headers)
    assert.match(answer.body.message, /Invalid value 9\.0 for parameter 'artifact_location' supplied/)
  })
})
