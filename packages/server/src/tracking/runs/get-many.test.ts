import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { TestServer } from '../../testing/server.ts'

const RUNS_MAX = 200

overEachDatabase('many runs by their ids', (open) => {
  test('they come in the order of the question, each once, as runs/get gives them; what is not there is left out', async () => {
    const server = new TestServer(await open())
    const ids: string[] = []
    for (const name of ['a', 'b', 'c']) {
      const { experiment_id } = (await server.post('experiments/create', { name })).body
      const { run_id } = (await server.post('runs/create', { experiment_id, run_name: name })).body.run.info
      await server.post('runs/log-batch', {
        run_id,
        metrics: [{ key: 'loss', value: 0.5, timestamp: 1, step: 0 }],
        params: [{ key: 'p', value: name }],
      })
      ids.push(run_id)
    }
    const many = (run_ids: unknown) => server.call('POST', '/api/2.0/millrace/runs/get-many', { run_ids })
    const [a, b, c] = ids as [string, string, string]
    const { body } = await many([c, 'nobody', a, c])
    assert.deepEqual(
      body.runs.map(({ info }: { info: { run_name: string } }) => info.run_name),
      ['c', 'a'],
    )
    assert.deepEqual(body.runs[1], (await server.get('runs/get', { run_id: a })).body.run)
    assert.equal((await many([b])).body.runs.length, 1)
    for (const bad of [[], undefined, 'a', Array(RUNS_MAX + 1).fill('x'), [7]]) assert.equal((await many(bad)).status, 400)
  })
})
