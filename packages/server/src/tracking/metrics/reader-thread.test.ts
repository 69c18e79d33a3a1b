import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate } from '../../db/migrate.ts'
import { openSqlite } from '../../db/sqlite.ts'
import { newFolder } from '../../testing/folder.ts'
import { startRun } from '../../testing/runs.ts'
import { TestServer } from '../../testing/server.ts'

test('histories come from a thread of their own, which sees what was committed and learns names that came later', async () => {
  const db = openSqlite(join(newFolder(), 'm.db'))
  await migrate(db)
  const server = new TestServer(db)
  try {
    const run_id = await startRun(server)
    for (const key of ['a', 'b']) {
      assert.deepEqual((await server.get('metrics/get-history', { run_id, metric_key: key })).body, { metrics: [] })
      const point = { key, value: 'Infinity', timestamp: 3, step: 0 }
      await server.post('runs/log-metric', { run_id, ...point })
      const more = { key, value: -0.5, timestamp: 4, step: 9007199254740991 }
      await server.post('runs/log-metric', { run_id, ...more })
      const { body } = await server.get('metrics/get-history', { run_id, metric_key: key, max_results: '1' })
      assert.deepEqual(body.metrics, [point])
      const next = await server.get('metrics/get-history', { run_id, metric_key: key, page_token: body.next_page_token })
      assert.deepEqual(next.body, { metrics: [more] })
      const both = [point, more].map((one) => ({ ...one, run_id }))
      assert.deepEqual((await server.get('metrics/get-history-bulk', { run_id, metric_key: key })).body, { metrics: both })
      assert.deepEqual((await server.get('metrics/get-history-bulk-interval', { run_ids: run_id, metric_key: key })).body, {
        metrics: both,
      })
    }
    const gone = await server.get('metrics/get-history', { run_id: 'gone', metric_key: 'a' })
    assert.equal(gone.status, 404)
  } finally {
    await server.app.close()
    await db.close()
  }
})
