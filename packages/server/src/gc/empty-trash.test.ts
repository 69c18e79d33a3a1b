import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Database } from '../db/database.ts'
import { query } from '../db/handles.ts'
import { overEachDatabase } from '../testing/databases.ts'
import { TestServer } from '../testing/server.ts'
import { emptyTrash } from './index.ts'

const LATER = 4_000_000_000_000
const METRICS = query<{ n: number }>('select count(*) n from metric')
const TRACES = query<{ trace_id: string }>('select trace_id from trace')
const TAGS_OF_NOBODY = query('select key from trace_tag where trace not in (select id from trace)')
const RUNS = query<{ run_id: string }>('select run_id from run order by id')

class Trash {
  readonly server: TestServer
  readonly db: Database

  constructor(db: Database) {
    this.db = db
    this.server = new TestServer(db)
  }

  async experiment(name: string): Promise<string> {
    return (await this.server.post('experiments/create', { name })).body.experiment_id
  }

  /** A run with metrics and a file. */
  async run(experiment_id: string): Promise<{ run_id: string; file: string }> {
    const { run_id } = (await this.server.post('runs/create', { experiment_id })).body.run.info
    const metrics = Array.from({ length: 900 }, (_, step) => ({ key: 'loss', value: step, step, timestamp: step }))
    for (const key of ['loss', 'accuracy', 'f1']) {
      const sent = await this.server.post('runs/log-batch', { run_id, metrics: metrics.map((metric) => ({ ...metric, key })) })
      assert.equal(sent.status, 200, sent.text)
    }
    const folder = join(this.server.settings.artifacts_destination, experiment_id, run_id, 'artifacts')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'model.bin'), 'x'.repeat(1000))
    return { run_id, file: join(folder, 'model.bin') }
  }

  empty(wanted: Partial<Parameters<typeof emptyTrash>[2]> = {}): ReturnType<typeof emptyTrash> {
    return emptyTrash(this.db, this.server.settings, { before_ms: LATER, dry_run: false, ...wanted })
  }
}

overEachDatabase('emptying the trash', (open) => {
  test('removes a deleted run with its artifacts, and leaves the others', async () => {
    const trash = new Trash(await open())
    const experiment = await trash.experiment('a')
    const [kept, gone] = [await trash.run(experiment), await trash.run(experiment)]
    await trash.server.post('runs/delete', { run_id: gone.run_id })
    const emptied = await trash.empty()
    assert.deepEqual([emptied.runs, emptied.files, emptied.bytes, emptied.failed], [1, 1, 1000, false])
    assert.ok(existsSync(kept.file))
    assert.ok(!existsSync(gone.file))
    assert.equal((await trash.db.reader.get(METRICS))?.n, 2700)
    assert.equal((await trash.server.get('runs/get', { run_id: gone.run_id })).status, 404)
    assert.equal((await trash.server.get('runs/get', { run_id: kept.run_id })).status, 200)
  })

  test('removes a deleted experiment with all that is in it, and frees its name', async () => {
    const trash = new Trash(await open())
    const experiment = await trash.experiment('a')
    const { file } = await trash.run(experiment)
    await trash.server.post('experiments/delete', { experiment_id: experiment })
    assert.equal((await trash.server.post('experiments/create', { name: 'a' })).status, 400)
    const emptied = await trash.empty()
    assert.deepEqual([emptied.experiments, emptied.runs, emptied.files], [1, 1, 1])
    assert.ok(!existsSync(file))
    assert.equal((await trash.server.post('experiments/create', { name: 'a' })).status, 200)
  })

  test('removes the traces of a deleted experiment, with their payloads and tags', async () => {
    const trash = new Trash(await open())
    const [experiment, other] = [await trash.experiment('a'), await trash.experiment('b')]
    const payloads: string[] = []
    for (const experiment_id of [experiment, other]) {
      const trace_info = {
        trace_id: `tr-${experiment_id}`,
        trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } },
        request_time: '2026-01-31T12:00:00Z',
        tags: { team: 'x' },
      }
      assert.equal((await trash.server.call('POST', '/api/3.0/mlflow/traces', { trace: { trace_info } })).status, 200)
      const folder = join(trash.server.settings.artifacts_destination, experiment_id, 'traces', `tr-${experiment_id}`, 'artifacts')
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'traces.json'), '{"spans":[]}')
      payloads.push(join(folder, 'traces.json'))
    }
    await trash.server.post('experiments/delete', { experiment_id: experiment })
    const emptied = await trash.empty()
    assert.deepEqual([emptied.experiments, emptied.files], [1, 1])
    assert.deepEqual(payloads.map(existsSync), [false, true])
    assert.deepEqual(await trash.db.reader.all(TRACES), [{ trace_id: `tr-${other}` }])
    assert.ok((await trash.db.reader.all(TAGS_OF_NOBODY)).length === 0)
  })

  test('says what it would remove, and removes nothing, in a dry run', async () => {
    const trash = new Trash(await open())
    const experiment = await trash.experiment('a')
    const { run_id, file } = await trash.run(experiment)
    await trash.server.post('runs/delete', { run_id })
    const emptied = await trash.empty({ dry_run: true })
    assert.deepEqual([emptied.runs, emptied.bytes], [1, 1000])
    assert.ok(existsSync(file))
    assert.equal((await trash.server.post('runs/restore', { run_id })).status, 200)
  })

  test('leaves what was deleted lately, and what was restored', async () => {
    const trash = new Trash(await open())
    const experiment = await trash.experiment('a')
    const { run_id } = await trash.run(experiment)
    await trash.server.post('runs/delete', { run_id })
    assert.equal((await trash.empty({ before_ms: Date.now() - 60_000 })).runs, 0)
    await trash.server.post('runs/restore', { run_id })
    assert.equal((await trash.empty()).runs, 0)
  })

  test('removes nothing when one of the named is not in the trash', async () => {
    const trash = new Trash(await open())
    const experiment = await trash.experiment('a')
    const [live, dead] = [await trash.run(experiment), await trash.run(experiment)]
    await trash.server.post('runs/delete', { run_id: dead.run_id })
    await assert.rejects(trash.empty({ run_ids: [dead.run_id, live.run_id, 'nobody'] }), (error: Error) => {
      assert.match(error.message, new RegExp(`${live.run_id} is not in the trash`))
      assert.match(error.message, /no run nobody/)
      return true
    })
    assert.ok(existsSync(dead.file))
    assert.equal((await trash.empty({ run_ids: [dead.run_id] })).runs, 1)
  })

  test('keeps the run when its artifacts can not be removed, out of reach, and finishes the next time', async () => {
    const trash = new Trash(await open())
    const experiment = await trash.experiment('a')
    const { run_id } = await trash.run(experiment)
    await trash.server.post('runs/delete', { run_id })
    // A path that no system call takes stands for a store that fails.
    const broken = { ...trash.server.settings, artifacts_destination: `${trash.server.settings.artifacts_destination}/\0` }
    const first = await emptyTrash(trash.db, broken, { before_ms: LATER, dry_run: false })
    assert.deepEqual([first.runs, first.failed, first.left.length], [0, true, 1])
    assert.deepEqual(await trash.db.reader.all(RUNS), [{ run_id: `purging:${run_id}` }])
    assert.equal((await trash.server.post('runs/restore', { run_id })).status, 404)
    assert.equal((await trash.empty()).runs, 1)
    assert.deepEqual(await trash.db.reader.all(RUNS), [])
  })

  test('removes a deleted logged model', async () => {
    const trash = new Trash(await open())
    const experiment_id = await trash.experiment('a')
    const made = await trash.server.post('logged-models', { experiment_id, name: 'm' })
    const { model_id } = made.body.model.info
    const gone = await trash.server.call('DELETE', `/api/2.0/mlflow/logged-models/${model_id}`)
    assert.equal(gone.status, 200, gone.text)
    assert.equal((await trash.empty()).logged_models, 1)
    assert.equal((await trash.empty()).logged_models, 0)
  })
})
