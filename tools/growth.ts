// How searches grow: `node --conditions=source tools/growth.ts [--runs 1000,10000,100000] [--keys 20,20,5]`
//
// Fills a database for each number of runs, each with so many metrics, params and tags, runs typical searches through the endpoint's own
// handler, and prints a Markdown table: CPU time of one answer, encoded, and how much longer it takes where there are more runs.
// Nothing else may run meanwhile, if the figures are to mean something.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Database } from '../packages/server/src/db/database.ts'
import { bulk, type Value } from '../packages/server/src/db/handles.ts'
import { migrate } from '../packages/server/src/db/migrate.ts'
import { openDatabase } from '../packages/server/src/db/open.ts'
import { ALL, OWNER } from '../packages/server/src/http/access.ts'
import { testSettings } from '../packages/server/src/testing/server.ts'
import { searchRuns } from '../packages/server/src/tracking/runs/search.ts'

const BATCH_RUNS = 1_000
const FIRST_START_MS = 1_700_000_000_000
const TAKE_MS = 1_000

type Keys = { metrics: number; params: number; tags: number }
type Payload = { filter?: string; order_by?: string[]; max_results?: number; experiment_ids?: string[] }

const SEARCHES: readonly (readonly [title: string, payload: Payload])[] = [
  ['the latest 100', {}],
  ['metric and param, 100 by a metric', { filter: "metrics.m3 > 0.4 AND params.p1 = 'v4'", order_by: ['metrics.m1 DESC'] }],
  ['a common tag, the latest 20', { filter: "tags.t1 = 'v1'", max_results: 20 }],
  ['a param that one run has, the latest 100', { filter: "params.p2 = 'rare'" }],
  ['a value that no run has', { filter: "params.p2 = 'none'" }],
  ['a key that no run has', { filter: 'metrics.nobody > 0' }],
  ['100 by a metric', { order_by: ['metrics.m1 DESC'] }],
  ['100 by a param, then a metric', { order_by: ['params.p1', 'metrics.m2'] }],
  ['names with LIKE', { filter: "run_name LIKE '%77%'" }],
]

const RUN = bulk('insert into run (id, run_id, experiment, name, user_id, status, start_ms) values (?, ?, ?, ?, ?, ?, ?)', 'itittii')
const KEY = bulk('insert into entity_key (id, name) values (?, ?)', 'it')
const METRIC = bulk('insert into latest_metric (run, key, ts, step, value, nan) values (?, ?, ?, ?, ?, ?)', 'iiiidi')
const PARAM = bulk('insert into param (run, key, value) values (?, ?, ?)', 'iit')
const TAG = bulk('insert into tag (run, key, value) values (?, ?, ?)', 'iit')
const EXPERIMENT = bulk('insert into experiment (id, name, artifact_location, created_ms, updated_ms) values (?, ?, ?, ?, ?)', 'ittii')

/** Numbers from 0 to 1 that look random and are the same in every run. */
function randoms(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const list = (n: number): number[] => Array.from({ length: n }, (_, at) => at)

async function fill(db: Database, runs: number, keys: Keys): Promise<void> {
  const random = randoms(7)
  const paramKey = keys.metrics
  const tagKey = keys.metrics + keys.params
  await db.write(async (tx) => {
    await tx.runMany(EXPERIMENT, [[1, 'growth', 'mlflow-artifacts:/1', 0, 0]])
    await tx.runMany(KEY, [
      ...list(keys.metrics).map((k) => [k, `m${k}`]),
      ...list(keys.params).map((k) => [paramKey + k, `p${k}`]),
      ...list(keys.tags).map((k) => [tagKey + k, `t${k}`]),
    ])
  })
  const value = (): string => `v${Math.floor(random() * 10)}`
  for (let first = 1; first <= runs; first += BATCH_RUNS) {
    const ids = list(Math.min(BATCH_RUNS, runs - first + 1)).map((at) => first + at)
    const each = (make: (id: number) => Value[][]): Value[][] => ids.flatMap(make)
    const isRare = (id: number, k: number): boolean => k === 2 && id === Math.ceil(runs / 2)
    await db.write(async (tx) => {
      await tx.runMany(
        RUN,
        ids.map((id) => [id, runId(random, id), 1, `run-${id}`, 'me', 3, FIRST_START_MS + id * 7]),
      )
      await tx.runMany(
        METRIC,
        each((id) => list(keys.metrics).map((k) => [id, k, FIRST_START_MS, 0, random(), 0])),
      )
      await tx.runMany(
        PARAM,
        each((id) => list(keys.params).map((k) => [id, paramKey + k, isRare(id, k) ? 'rare' : value()])),
      )
      await tx.runMany(
        TAG,
        each((id) => list(keys.tags).map((k) => [id, tagKey + k, value()])),
      )
    })
  }
}

const hex = (n: number, digits: number): string => Math.floor(n).toString(16).padStart(digits, '0')
const runId = (random: () => number, id: number): string => hex(random() * 2 ** 32, 8) + hex(random() * 2 ** 32, 8) + hex(id, 16)

const CONTEXT = {
  now_ms: FIRST_START_MS,
  user: '',
  caller: OWNER,
  visible: ALL,
  default_permission: 'MANAGE',
  settings: testSettings(),
} as const

async function ask(db: Database, payload: Payload, page_token = ''): Promise<string | undefined> {
  const input = searchRuns.input.decode({ experiment_ids: ['1'], max_results: 100, page_token, ...payload })
  const output = await searchRuns.handler(db.reader, input, CONTEXT)
  searchRuns.output.encode(output)
  return output.next_page_token
}

/** CPU milliseconds of one answer: the mean over about a second. */
async function cost(work: () => Promise<unknown>): Promise<number> {
  await work()
  const before = process.cpuUsage()
  const until = performance.now() + TAKE_MS
  let times = 0
  do {
    await work()
    times++
  } while (performance.now() < until)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / times
}

/** The token of a page deep in an order. */
async function tokenAfter(db: Database, payload: Payload, pages: number): Promise<string | undefined> {
  let token: string | undefined
  for (let page = 0; page < pages; page++) token = (await ask(db, payload, token)) ?? token
  return token
}

async function measure(runs: number, keys: Keys): Promise<{ costs: Map<string, number>; mib: number }> {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-growth-'))
  try {
    const file = join(dir, 'growth.db')
    const db = await openDatabase({ kind: 'sqlite', file })
    await migrate(db)
    await fill(db, runs, keys)
    const costs = new Map<string, number>()
    for (const [title, payload] of SEARCHES) costs.set(title, await cost(() => ask(db, payload)))
    const pages = Math.floor(Math.min(runs, 100_000) / 100) - 2
    const deep = await tokenAfter(db, { max_results: 100 }, pages)
    costs.set('the last page of the latest', await cost(() => ask(db, {}, deep)))
    await db.close()
    return { costs, mib: Math.round(statSync(file).size / 2 ** 20) }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000,10000,100000' }, keys: { type: 'string', default: '20,20,5' } },
})
const sizes = values.runs.split(',').map(Number)
const [metrics = 20, params = 20, tags = 5] = values.keys.split(',').map(Number)
const results: Awaited<ReturnType<typeof measure>>[] = []
for (const size of sizes) results.push(await measure(size, { metrics, params, tags }))

const cells = (row: readonly (string | number)[]): string => `| ${row.join(' | ')} |`
console.log(`${metrics} metrics, ${params} params and ${tags} tags a run; CPU milliseconds of one answer, and its growth.\n`)
console.log(cells(['search', ...sizes.map((size) => `${size.toLocaleString('en')} runs`), 'growth']))
console.log(cells(['---', ...sizes.map(() => '---:'), '---:']))
for (const title of results[0]?.costs.keys() ?? []) {
  const row = results.map(({ costs }) => costs.get(title) ?? Number.NaN)
  console.log(cells([title, ...row.map((ms) => ms.toFixed(2)), `${((row.at(-1) ?? 0) / (row[0] ?? 1)).toFixed(1)} ×`]))
}
console.log(cells(['database, MiB', ...results.map(({ mib }) => mib), '']))
