import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { TestServer } from '../../testing/server.ts'

const startRun = async (server: TestServer): Promise<string> => {
  const { experiment_id } = (await server.post('experiments/create', { name: 'e' })).body
  return (await server.post('runs/create', { experiment_id })).body.run.info.run_id
}

const MODEL = { artifact_path: 'model', run_id: 'r', utc_time_created: '2026-01-01 00:00:00', model_uuid: 'u', flavors: {} }

overEachDatabase('POST runs/log-model', (open) => {
  test('adds to the history of the run, without the configuration of flavors', async () => {
    const server = new TestServer(await open())
    const run_id = await startRun(server)
    const flavors = { python_function: { loader_module: 'x', config: { secret: 1 } }, odd: 'text' }
    const sent = [1, 2, 3].map((n) => ({ ...MODEL, model_uuid: `u${n}`, flavors, signature: { inputs: 'left out' } }))
    await Promise.all(sent.map((model) => server.post('runs/log-model', { run_id, model_json: JSON.stringify(model) })))
    const { tags } = (await server.get('runs/get', { run_id })).body.run.data
    const history = JSON.parse(tags.find((tag: { key: string }) => tag.key === 'mlflow.log-model.history').value)
    const kept = { ...MODEL, flavors: { python_function: { loader_module: 'x' }, odd: 'text' } }
    const expected = [1, 2, 3].map((n) => ({ ...kept, model_uuid: `u${n}` }))
    assert.deepEqual(
      history.toSorted((a: typeof MODEL, b: typeof MODEL) => (a.model_uuid < b.model_uuid ? -1 : 1)),
      expected,
    )
  })

  for (const [what, model_json, phrase] of [
    ['text that is no JSON', '{', 'Malformed model info'],
    ['a list', '[]', 'Malformed model info'],
    ['a model without its flavors', JSON.stringify({ ...MODEL, flavors: undefined }), 'missing mandatory fields: flavors'],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const server = new TestServer(await open())
      const run_id = await startRun(server)
      const answer = await server.post('runs/log-model', { run_id, model_json })
      assert.equal(answer.status, 400)
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
    })
  }
})
