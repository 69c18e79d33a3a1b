import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overEachDatabase } from '../../testing/databases.ts'
import { TestServer } from '../../testing/server.ts'

const NEAR = 1e-9

overEachDatabase('runs taken together', (open) => {
  test('each value of a param is a group, with the spread of its metrics; those without it are one too; the filter counts', async () => {
    const server = new TestServer(await open())
    const { experiment_id } = (await server.post('experiments/create', { name: 'seeds' })).body
    // Large values that lie close together: their squares alone would lose the difference.
    const runs = [
      ['a', 1e9 + 1],
      ['a', 1e9 + 2],
      ['a', 1e9 + 3],
      ['b', 1e9],
      [undefined, 'NaN'],
    ] as const
    for (const [model, value] of runs) {
      const { run_id } = (await server.post('runs/create', { experiment_id })).body.run.info
      const params = model === undefined ? [] : [{ key: 'model', value: model }]
      await server.post('runs/log-batch', { run_id, params, metrics: [{ key: 'm', value, timestamp: 1, step: 0 }] })
    }
    const ask = async (more: object = {}) => {
      const input = { experiment_ids: [experiment_id], kind: 'params', name: 'model', metrics: ['m', 'nobody'], ...more }
      const answer = await server.call('POST', '/api/2.0/millrace/runs/groups', input)
      assert.equal(answer.status, 200, answer.text)
      return answer.body
    }
    const { groups, more } = await ask()
    assert.equal(more, false)
    const [first, ...others] = groups
    assert.deepEqual([first.value, first.runs, first.metrics[1]], ['a', 3, null])
    const { mean, std, min, max, count } = first.metrics[0]
    assert.deepEqual([mean, min, max, count], [1e9 + 2, 1e9 + 1, 1e9 + 3, 3])
    assert.ok(Math.abs(std - 1) < NEAR, `${std}`)
    const rest = others.map((group: { value: string | null; runs: number; metrics: ({ std: number } | null)[] }) => [
      group.value,
      group.runs,
      group.metrics[0]?.std,
    ])
    assert.deepEqual(new Set(rest.map(String)), new Set([String(['b', 1, 0]), String([null, 1, undefined])]))
    assert.deepEqual((await ask({ filter: "params.model = 'b'" })).groups.length, 1)
    assert.deepEqual((await ask({ experiment_ids: ['99999'] })).groups, [])
  })
})
