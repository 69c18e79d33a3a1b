import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reader } from '../../db/handles.ts'
import { until } from '../../testing/artifacts.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { startRun } from '../../testing/runs.ts'
import { TestServer } from '../../testing/server.ts'
import { type Change, LiveWatch } from './live-watch.ts'

overEachDatabase('a watch over runs', (open) => {
  test('what a look that failed had seen is not lost: who listens is told to ask anew, and who comes again too', async () => {
    const db = await open()
    const server = new TestServer(db)
    const run_id = await startRun(server)
    const { experiment_id } = (await server.get('runs/get', { run_id })).body.run.info
    let [is_busy, failed] = [false, 0]
    const reader = new Proxy(db.reader, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        return (...given: unknown[]) => {
          if (name === 'tuples' && is_busy) throw new Error(`busy, ${++failed}`)
          return value.apply(target, given)
        }
      },
    }) as Reader
    const watch = new LiveWatch(reader, Number(experiment_id), () => {})
    const listener = () => {
      const told: (Change | 'reset')[] = []
      const nothing = { metrics: new Set<string>(), params: new Set<string>(), tags: new Set<string>(), run_id: undefined }
      return { ...nothing, told, tell: (change: Change | 'reset') => void told.push(change) }
    }
    const [stays, comes] = [listener(), listener()]
    const stop = await watch.listen(stays, undefined)
    const [start] = stays.told
    assert.ok(start !== undefined && start !== 'reset')
    is_busy = true
    assert.equal((await server.post('runs/update', { run_id, status: 'FINISHED', end_time: 5_000 })).status, 200)
    await until(() => failed > 0)
    is_busy = false
    await until(() => stays.told.length > 1)
    assert.deepEqual(stays.told.slice(1), ['reset'])
    const leave = await watch.listen(comes, start.id)
    assert.equal(comes.told[0], 'reset')
    stop()
    leave()
  })
})
