import assert from 'node:assert/strict'
import type { Database } from '../db/database.ts'
import { bulk, type Value } from '../db/handles.ts'
import { internKeys } from '../tracking/entity-keys.ts'
import { type Answer, TestServer } from './server.ts'

/** What a run of the fixture is made of. */
export type Given = {
  start_time: number
  metrics?: Record<string, number>
  params?: Record<string, string>
  tags?: Record<string, string>
  datasets?: { name: string; digest: string; context?: string }[]
}

const METRICS = bulk('insert into latest_metric (run, key, ts, step, value, nan) values (?, ?, ?, ?, ?, ?)', 'iiiidi')
const PARAMS = bulk('insert into param (run, key, value) values (?, ?, ?)', 'iit')

/** Six runs of one experiment, the oldest first, and one of another. */
const RUNS: Record<string, Given> = {
  ada: {
    start_time: 100,
    metrics: { loss: 0.5, 'val/loss': 1 },
    params: { lr: '0.1', opt: 'adam' },
    tags: { team: 'Risk', 'mlflow.user': 'eve' },
    datasets: [
      { name: 'iris', digest: 'd1', context: 'train' },
      { name: 'wine', digest: 'd2', context: 'test' },
    ],
  },
  bob: { start_time: 200, metrics: { loss: 0.25 }, params: { lr: '0.01', opt: 'SGD' }, tags: { team: 'risk' } },
  cleo: { start_time: 300, metrics: { loss: Number.NaN }, params: { lr: '0.1' }, datasets: [{ name: 'iris', digest: 'd9' }] },
  dan: { start_time: 400, metrics: { loss: Number.POSITIVE_INFINITY }, tags: { team: "o'hare", 'a b': 'x' } },
  'eve "e"': { start_time: 400, metrics: { loss: Number.NEGATIVE_INFINITY }, params: { opt: '100%_sure', __proto__x: 'y' } },
  fay: { start_time: 600, metrics: { other: 7 }, tags: { team: 'back\\slash' } },
}

/** A server with runs to search. */
export class SearchFixture {
  readonly server: TestServer
  readonly db: Database
  experiment_id = ''
  other_id = ''
  readonly names = new Map<string, string>()

  constructor(db: Database) {
    this.db = db
    this.server = new TestServer(db)
  }

  async fill(): Promise<void> {
    this.experiment_id = (await this.server.post('experiments/create', { name: 'one' })).body.experiment_id
    this.other_id = (await this.server.post('experiments/create', { name: 'two' })).body.experiment_id
    for (const [name, given] of Object.entries(RUNS)) await this.add(this.experiment_id, name, given)
    await this.add(this.other_id, 'gus', { start_time: 350, metrics: { loss: 0.3 } })
    await this.db.write((tx) => tx.run({ sql: "update run set status = 4, end_ms = 900 where name = 'bob'", changes: true }))
    await this.db.write((tx) => tx.run({ sql: "update run set status = 3, end_ms = 800 where name = 'fay'", changes: true }))
  }

  async add(
    experiment_id: string,
    run_name: string,
    { start_time, metrics = {}, params = {}, tags = {}, datasets = [] }: Given,
  ): Promise<void> {
    const list = Object.entries(tags).map(([key, value]) => ({ key, value }))
    const { body } = await this.server.post('runs/create', { experiment_id, run_name, start_time, tags: list, user_id: `user-${run_name}` })
    const { run_id } = body.run.info
    this.names.set(run_id, run_name)
    await this.db.write(async (tx) => {
      const { id } = (await tx.get<{ id: number }>({ sql: 'select id from run where run_id = ?' }, run_id)) as { id: number }
      const keys = await internKeys(tx, [...Object.keys(metrics), ...Object.keys(params)])
      const rows = Object.entries(metrics).map(([key, value]): Value[] => {
        const nan = Number.isNaN(value)
        return [id, keys.get(key) as number, 0, 0, nan ? 0 : value, nan ? 1 : 0]
      })
      await tx.runMany(METRICS, rows)
      await tx.runMany(
        PARAMS,
        Object.entries(params).map(([key, value]) => [id, keys.get(key) as number, value]),
      )
    })
    for (const { name, digest, context } of datasets) {
      const dataset = { name, digest, source_type: 's', source: 's' }
      const tagsOfInput = context ? [{ key: 'mlflow.data.context', value: context }] : []
      const { status, text } = await this.server.post('runs/log-inputs', { run_id, datasets: [{ dataset, tags: tagsOfInput }] })
      assert.equal(status, 200, text)
    }
  }

  answer(payload: object): Promise<Answer> {
    return this.server.post('runs/search', { experiment_ids: [this.experiment_id], ...payload })
  }

  /** The names of the runs that are found, in their order, with a space between. */
  async find(payload: object): Promise<string> {
    const { status, text, body } = await this.answer(payload)
    assert.equal(status, 200, text)
    return this.namesOf(body.runs)
  }

  namesOf(runs: { info: { run_id: string } }[]): string {
    return runs.map(({ info }) => (this.names.get(info.run_id) ?? '?').split(' ')[0]).join(' ')
  }

  async findPaged(payload: object, max_results: number): Promise<string> {
    const pages: string[] = []
    let page_token: string | undefined
    do {
      const { status, text, body } = await this.answer({ ...payload, max_results, page_token })
      assert.equal(status, 200, text)
      assert.ok(body.runs.length <= max_results)
      if (body.runs.length > 0) pages.push(this.namesOf(body.runs))
      page_token = body.next_page_token
    } while (page_token)
    return pages.join(' ')
  }
}

/** Words in alphabetical order. */
export const sorted = (names: string): string => names.split(' ').sort().join(' ')
