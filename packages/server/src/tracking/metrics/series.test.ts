import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALL } from '../../http/access.ts'
import { overEachDatabase } from '../../testing/databases.ts'
import { TestServer } from '../../testing/server.ts'
import { findKey } from '../entity-keys.ts'
import { findRuns } from '../runs/run-store.ts'
import { largestTriangles } from './largest-triangles.ts'
import { linesOf } from './series.ts'

type Point = readonly [x: number, y: number]
const thin = (points: readonly Point[], size: number): Point[] =>
  largestTriangles(
    points,
    size,
    ([x]) => x,
    ([, y]) => y,
  )

test('thinning keeps both ends and a spike, and the size that was asked for', () => {
  const line: Point[] = Array.from({ length: 10_000 }, (_, x) => [x, x === 6_543 ? 50 : Math.sin(x / 900)])
  const kept = thin(line, 100)
  assert.equal(kept.length, 100)
  assert.deepEqual([kept[0], kept.at(-1)], [line[0], line.at(-1)])
  assert.ok(kept.some(([x]) => x === 6_543))
  assert.ok(kept.every(([x], at) => at === 0 || x > (kept[at - 1] as Point)[0]))
})

test('what is short is kept whole; a stretch of NaN stays one', () => {
  assert.deepEqual(thin([[0, 1], [1, 2]], 3), [[0, 1], [1, 2]]) // biome-ignore format: a line is read at once
  const gap: Point[] = Array.from({ length: 1_000 }, (_, x) => [x, x >= 400 && x < 600 ? Number.NaN : 1])
  assert.ok(thin(gap, 50).filter(([, y]) => Number.isNaN(y)).length >= 8)
})

overEachDatabase('lines to draw', (open) => {
  test('each run has its own thinned columns; a range is answered from all its points', async () => {
    const server = new TestServer(await open())
    const { experiment_id } = (await server.post('experiments/create', { name: 'lines' })).body
    const ids: string[] = []
    for (const factor of [1, -1]) {
      const { run_id } = (await server.post('runs/create', { experiment_id })).body.run.info
      ids.push(run_id)
      const metrics = Array.from({ length: 1_000 }, (_, step) => ({ key: 'loss', value: factor * step, timestamp: 5_000 + step, step }))
      assert.equal((await server.post('runs/log-batch', { run_id, metrics })).status, 200)
    }
    const series = async (input: object) =>
      (await server.call('POST', '/api/2.0/millrace/metrics/series', { run_ids: ids, metric_key: 'loss', ...input })).body.series
    const lines = await series({ points: 10 })
    assert.deepEqual(lines.map(({ run_id }: { run_id: string }) => run_id).sort(), [...ids].sort())
    for (const { steps, timestamps, values, total } of lines) {
      assert.deepEqual([steps.length, timestamps.length, values.length, total], [10, 10, 10, 1_000])
      assert.deepEqual([steps[0], steps[9], timestamps[9]], [0, 999, 5_999])
    }
    const [zoomed] = await series({ run_ids: [ids[0]], x: 'time', start: 5_100, end: 5_104 })
    assert.deepEqual(zoomed.values, [100, 101, 102, 103, 104])
    assert.deepEqual(await series({ metric_key: 'nobody' }), [])
  })

  test('of more points than are read, about one in n is looked at, and a spike of one point stays', async () => {
    const db = await open()
    const server = new TestServer(db)
    const { experiment_id } = (await server.post('experiments/create', { name: 'long lines' })).body
    const { run_id } = (await server.post('runs/create', { experiment_id })).body.run.info
    // Logged at every 100th step, as trainings do; the last one at the largest step and time that there are.
    const metrics = Array.from({ length: 1_000 }, (_, at) => ({
      key: 'long',
      value: at === 321 ? 9 : at / 1_000,
      timestamp: 7,
      step: at * 100,
    }))
    metrics[999] = { key: 'long', value: 0.5, timestamp: Number.MAX_SAFE_INTEGER, step: Number.MAX_SAFE_INTEGER }
    assert.equal((await server.post('runs/log-batch', { run_id, metrics })).status, 200)
    const key = (await findKey(db.reader, 'long')) as number
    const runs = await findRuns(db.reader, [run_id], ALL)
    for (const x of ['step', 'time'] as const) {
      const whole = { key, x, start: 0, end: Number.MAX_SAFE_INTEGER }
      const [exact] = await linesOf(db.reader, runs, whole, 2_000, 1_000)
      assert.deepEqual([exact?.total, exact?.values.length, exact?.one_in], [1_000, 1_000, undefined])
      const [sampled] = await linesOf(db.reader, runs, whole, 2_000, 100)
      assert.deepEqual([sampled?.total, sampled?.one_in], [1_000, 10])
      const { values = [], steps = [] } = sampled ?? {}
      assert.ok(values.length > 50 && values.length < 200, `${values.length} points of 1,000`)
      assert.ok(values.includes(9) && values.includes(0))
      assert.deepEqual(
        steps,
        [...steps].sort((a, b) => a - b),
      )
    }
  })

  test('a long line is drawn by its outline: both ends, a spike of one point, and a stretch of NaN', async () => {
    const db = await open()
    const server = new TestServer(db)
    const { experiment_id } = (await server.post('experiments/create', { name: 'outlines' })).body
    const { run_id } = (await server.post('runs/create', { experiment_id })).body.run.info
    const valueAt = (step: number): number | string => (step === 777 ? 9 : step >= 2_000 && step < 2_400 ? 'NaN' : step / 1_000)
    const metrics = Array.from({ length: 3_000 }, (_, step) => ({ key: 'm', value: valueAt(step), timestamp: step * 1_000, step }))
    for (let at = 0; at < metrics.length; at += 1_000) {
      assert.equal((await server.post('runs/log-batch', { run_id, metrics: metrics.slice(at, at + 1_000) })).status, 200)
    }
    const key = (await findKey(db.reader, 'm')) as number
    const runs = await findRuns(db.reader, [run_id], ALL)
    for (const x of ['step', 'time'] as const) {
      const [line] = await linesOf(db.reader, runs, { key, x, start: 0, end: Number.MAX_SAFE_INTEGER }, 100, 500)
      const { steps = [], values = [], total, one_in } = line ?? {}
      assert.equal(total, 3_000)
      assert.equal(one_in, db.dialect.bare_columns ? undefined : 6)
      assert.ok(steps.length > 80 && steps.length <= 100, `${steps.length} points`)
      assert.ok(values.includes(9) && values.some(Number.isNaN))
      assert.deepEqual(
        steps.filter((step, place) => values[place] !== valueAt(step) && !Number.isNaN(values[place])),
        [],
        'a NaN is drawn as the 0 as which it is stored',
      )
      if (db.dialect.bare_columns) assert.deepEqual([steps[0], steps.at(-1)], [0, 2_999])
      assert.ok(steps.every((step, place) => place === 0 || step > (steps[place - 1] as number)))
    }
    const part = { key, x: 'step' as const, start: 700, end: 1_899 }
    const [zoomed] = await linesOf(db.reader, runs, part, 100, 500)
    assert.equal(zoomed?.total, 1_200)
    assert.ok(zoomed?.steps.every((step) => step >= 700 && step <= 1_899) && zoomed.values.includes(9))
  })
})
