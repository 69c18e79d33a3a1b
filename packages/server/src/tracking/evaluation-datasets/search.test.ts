import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command } from '../../db/handles.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { TestServer } from '../../testing/server.ts'

const ROOT = '/api/3.0/mlflow/datasets'

overEachDatabase('datasets/search', (open) => {
  test('filters, orders and pages', async () => {
    const db = await open()
    const server = new TestServer(db)
    const experiments: string[] = []
    for (const name of ['one', 'two']) experiments.push((await server.post('experiments/create', { name })).body.experiment_id)
    const [one, two] = experiments
    for (const [at, { name, ...fields }] of [
      { name: 'a', experiment_ids: [one], tags: '{"team":"ml","mlflow.user":"ada"}' },
      { name: 'b', experiment_ids: [one, two], tags: '{"team":"data"}' },
      { name: 'c', tags: '{"team":"ML"}' },
    ].entries()) {
      await server.call('POST', `${ROOT}/create`, { name, ...fields })
      await db.write(async (tx) => tx.run(command('update evaluation_dataset set created_ms = ? where name = ?'), 1000 + at, name))
    }
    for (const [request, expected] of [
      [{}, 'cba'],
      [{ experiment_ids: [two] }, 'b'],
      [{ experiment_ids: [one, two] }, 'ba'],
      [{ experiment_ids: ['none'] }, ''],
      [{ filter_string: "tags.team = 'ml'" }, 'a'],
      [{ filter_string: "tags.team ILIKE 'ml'" }, 'ca'],
      [{ filter_string: "name IN ('a', 'c')", order_by: ['name ASC'] }, 'ac'],
      [{ filter_string: "name LIKE '%' AND created_time > 1000" }, 'cb'],
      [{ filter_string: "created_by = 'ada'" }, 'a'],
      [{ order_by: ['name'] }, 'abc'],
      [{ order_by: ['created_by', 'name DESC'] }, 'acb'],
    ] as const) {
      for (const max_results of [1, 2, 50_000]) {
        let seen = ''
        let page_token = ''
        do {
          const page = await server.call('POST', `${ROOT}/search`, { ...request, max_results, page_token })
          assert.equal(page.status, 200, page.text)
          seen += page.body.datasets.map((dataset: { name: string }) => dataset.name).join('')
          page_token = page.body.next_page_token ?? ''
        } while (page_token)
        assert.equal(seen, expected, JSON.stringify(request))
      }
    }
    const got = await server.call('GET', `/ajax-api/3.0/mlflow/datasets/search?experiment_ids=${two}&max_results=5`)
    assert.deepEqual([got.body.datasets.length, got.body.datasets[0].experiment_ids], [1, [one, two]])
  })

  test('refuses what it does not know', async () => {
    const server = new TestServer(await open())
    for (const [request, phrase] of [
      [{ filter_string: "color = 'red'" }, 'Invalid attribute key'],
      [{ filter_string: "name NOT IN ('a')" }, 'Invalid comparator'],
      [{ filter_string: "created_time > 'x'" }, 'Expected numeric value'],
      [{ order_by: ['tags.team'] }, 'Invalid order_by entity'],
      [{ page_token: 'MTo' }, 'Invalid page token'],
      [{ max_results: -1 }, 'max_results'],
      [{ max_results: 0 }, 'max_results'],
    ] as const) {
      const answer = await server.call('POST', `${ROOT}/search`, request)
      assert.equal(answer.status, 400, JSON.stringify(request))
      assert.ok(answer.body.message.includes(phrase), answer.body.message)
    }
  })
})
