// `npm run bench:serving -- [--rounds 3] [--seconds 4] [--only forest,mlflow] [--categories] [--no-write]`
//
// Serves the same models by `millrace models serve`, `mlflow models serve` and MLServer, one at a time and round by round, asks each over
// ten connections, and writes what they did into docs/benchmarks.md. It needs Linux, whose /proc has CPU time and memory; the peers come
// from PyPI into `.cache/` once. A run takes some five minutes; a first one the installation more. `--categories` measures models over
// columns of categories instead, for a table of their own.
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os, { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MillraceClient } from '@millrace/client'
import { startMillrace } from '../../conformance/server.ts'
import { overCategories } from './category-servers.ts'
import { withServer } from './driver.ts'
import { fullLoad, requestOf, steadyLoad, type Target } from './load.ts'
import { machine } from './machine.ts'
import { cpuSeconds, memoryMiB } from './process-tree.ts'
import { FOREST, millrace, ROLLOUT, type Rows, type Served, served, split, train } from './serving-servers.ts'
import { barsTable, type Column, type Figures, servingTable } from './serving-table.ts'
import { median, replaceBetween } from './table.ts'

const root = new URL('../..', import.meta.url).pathname
const CONNECTIONS = 10
const STEADY_PER_S = 1000
const BATCH_ROWS = 500_000
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string' },
    categories: { type: 'boolean', default: false },
    'no-write': { type: 'boolean', default: false },
  },
})
const [rounds, seconds] = [Number(flags.rounds), Number(flags.seconds)]
if (!(rounds >= 1 && seconds > 0)) {
  console.error('--rounds and --seconds take numbers above 0.')
  process.exit(2)
}

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms))

async function measure({ command, ready, path, body, is_ours }: Served, { data }: Rows): Promise<Figures> {
  return withServer(command, ready, async ({ port, pid, start_ms }) => {
    const requests = data.map((row) => requestOf(port, path, body(row)))
    const target: Target = { port, requests, connections: CONNECTIONS }
    await sleep(1000)
    const idle_MiB = memoryMiB(pid)
    await fullLoad(target, Math.min(2, seconds))
    const cpu = cpuSeconds(pid)
    const full = await fullLoad(target, seconds)
    const cpu_us = ((cpuSeconds(pid) - cpu) * 1e6) / full.n
    const loaded_MiB = memoryMiB(pid)
    const steady = is_ours ? await steadyLoad(target, STEADY_PER_S, seconds) : undefined
    const { per_s, p50_ms, p99_ms } = full
    return { ready_ms: start_ms, idle_MiB, loaded_MiB, per_s, cpu_us, p50_ms, p99_ms, ...(steady && { steady_p99_ms: steady.p99_ms }) }
  })
}

/** The forest behind an alias whose rollout gives half of the requests to a second version: counted, compared and reported each second. */
async function inRollout(folder: string, rows: Rows): Promise<Figures> {
  const registry = await startMillrace()
  try {
    const client = new MillraceClient({ url: registry.url })
    await client.registeredModels.create({ name: 'forest' })
    const [stable, next] = [await register(client, join(folder, 'forest')), await register(client, join(folder, 'forest'))]
    await client.registeredModels.setAlias({ name: 'forest', alias: 'live', version: stable })
    const plan = { steps: [50, 100], step_seconds: 3600, min_requests: 1_000_000 }
    await client.millrace.rolloutsStart({ name: 'forest', alias: 'live', version: next, ...plan })
    const command = millrace('models:/forest@live', { MLFLOW_TRACKING_URI: registry.url }, ['--poll-seconds', '1'])
    const asked = { title: ROLLOUT, command, ready: '/ping', path: '/invocations', body: split(rows.columns), is_ours: true }
    return await measure(asked, rows)
  } finally {
    await registry.stop()
  }
}

async function register(client: MillraceClient, folder: string): Promise<string> {
  const { run } = await client.runs.create({ experiment_id: '0' })
  const { run_id } = run.info
  for (const name of readdirSync(folder)) await client.uploadArtifact({ run_id }, `model/${name}`, readFileSync(join(folder, name)))
  const { model_version } = await client.modelVersions.create({ name: 'forest', source: `runs:/${run_id}/model`, run_id })
  const { name, version } = { name: 'forest', version: model_version.version }
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50)) {
    const { status, status_message } = (await client.modelVersions.get({ name, version })).model_version
    if (status === 'READY') return version
    if (status === 'FAILED_REGISTRATION') throw new Error(`the forest was not registered: ${status_message}`)
  }
  throw new Error('the forest was not ready after a minute')
}

/** Rows a second of the whole command, start included. */
function batch(folder: string, { columns, data }: Rows): { rows_per_s: number; rows_per_cpu_s: number } {
  const input = join(folder, 'batch.csv')
  const block = data.map((row) => `${row.join(',')}\n`).join('')
  const repeats = Math.ceil(BATCH_ROWS / data.length)
  writeFileSync(input, `${columns.join(',')}\n`)
  for (let at = 0; at < repeats; at++) appendFileSync(input, block)
  const started = performance.now()
  const args = ['models', 'predict', '-m', join(folder, 'forest'), '-i', input, '-o', join(folder, 'predictions.csv')]
  // By the shell's own clock for children: CPU of a process that has ended is nowhere in /proc.
  const { status, stdout, stderr } = spawnSync('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@"', 'bash', join(root, 'millrace'), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const took_s = (performance.now() - started) / 1000
  if (status !== 0) throw new Error(`millrace models predict ended with ${status}: ${stderr}${stdout}`)
  const [user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  if (statSync(join(folder, 'predictions.csv')).size === 0) throw new Error('millrace models predict wrote nothing')
  const count = repeats * data.length
  return { rows_per_s: count / took_s, rows_per_cpu_s: count / (user + system) }
}

type Task = { readonly title: string; readonly measure: () => Promise<Figures> }

/** Measures each server once a round; `after` is done after each round. */
async function inTurn(tasks: readonly Task[], after: () => void = () => {}): Promise<readonly Column[]> {
  const columns = tasks.map((one) => ({ ...one, rounds: [] as Figures[], error: undefined as string | undefined }))
  for (let round = 1; round <= rounds; round++) {
    for (const column of columns) {
      if (column.error !== undefined) continue
      try {
        const figures = await column.measure()
        column.rounds.push(figures)
        console.log(`round ${round}: ${column.title} ${JSON.stringify(figures)}`)
      } catch (error) {
        column.error = (error as Error).message.split('\n')[0]?.replaceAll(folder, '').slice(0, 300)
        console.log(`round ${round}: ${column.title}: ${column.error}`)
      }
    }
    after()
  }
  return columns
}

const word = flags.only?.toLowerCase().split(',')
const wanted = (title: string): boolean => word === undefined || word.some((one) => title.toLowerCase().includes(one))

async function besidePeers(folder: string): Promise<string> {
  const rows = train(folder)
  const tasks: Task[] = served(folder, rows).map((one) => ({ title: one.title, measure: () => measure(one, rows) }))
  tasks.splice(1, 0, { title: ROLLOUT, measure: () => inRollout(folder, rows) })
  const batches: { rows_per_s: number; rows_per_cpu_s: number }[] = []
  const columns = await inTurn(
    tasks.filter(({ title }) => wanted(title)),
    () => {
      if (!wanted(FOREST)) return
      batches.push(batch(folder, rows))
      console.log(`batch ${JSON.stringify(batches.at(-1))}`)
    },
  )
  const rows_per_s = median(batches.map((one) => one.rows_per_s))
  const rows_per_cpu_s = median(batches.map((one) => one.rows_per_cpu_s))
  return [told(columns), '', barsTable(columns, { rows_per_s, rows_per_cpu_s })].join('\n')
}

async function categories(folder: string): Promise<string> {
  const tasks = overCategories(folder).map((one) => ({ title: one.title, measure: () => measure(one, one.rows) }))
  return told(await inTurn(tasks.filter(({ title }) => wanted(title))))
}

function told(columns: readonly Column[]): string {
  const day = new Date().toISOString().slice(0, 16).replace('T', ' ')
  const load = os.loadavg()[0]?.toFixed(1)
  return [
    `${day} UTC, ${machine()}; medians of ${rounds} rounds of ${seconds} seconds; the machine's load at the end was ${load}.`,
    '',
    servingTable(columns),
    ...columns.filter(({ error }) => error !== undefined).map(({ title, error }) => `\nNot measured: ${title}: ${error}`),
  ].join('\n')
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-serving-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
// The bundle is made before a start is timed.
execFileSync(join(root, 'millrace'), ['--version'])
console.log('training')
const text = await (flags.categories ? categories : besidePeers)(join(folder, 'models'))
console.log(`\n${text}\n`)
if (!flags['no-write'] && flags.only === undefined) {
  const file = join(root, 'docs', 'benchmarks.md')
  const place = `measured by npm run bench:serving${flags.categories ? ' -- --categories' : ''}`
  writeFileSync(file, replaceBetween(readFileSync(file, 'utf8'), place, text))
  console.log('written to docs/benchmarks.md')
}
process.exit(0)
