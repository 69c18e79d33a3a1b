// `node --conditions=source tools/bench/access.ts [--rounds 5]`
//
// What signing in costs: the same work against a server without login, one with login, and one with login and its audit log, round by
// round in turn, over one database of 10,000 accounts, 1,000 experiments and 100,000 grants. The caller has 10 of the grants.
// CPU of the server for each request; medians over the rounds.
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { hashPassword } from '../../packages/server/src/access/password.ts'
import { bulk } from '../../packages/server/src/db/handles.ts'
import { migrate } from '../../packages/server/src/db/migrate.ts'
import { openSqlite } from '../../packages/server/src/db/sqlite.ts'
import { freePort } from '../test/free-port.ts'
import { Bench, rounded } from './measure.ts'

const { values: flags } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
const ACCOUNTS = 10_000
const EXPERIMENTS = 1_000
const GRANTS_EACH = 10
const RUNS = 500
const PASSWORD = 'seven tall maples 9'
const CALLER = 'user1'
const root = new URL('../..', import.meta.url).pathname

const ACCOUNT = bulk('insert into account (id, name, password, created_ms) values (?, ?, ?, ?)', 'itti')
const ROLE = bulk('insert into access_role (id, name, personal_of) values (?, ?, ?)', 'iti')
const EXPERIMENT = bulk('insert into experiment (id, name, artifact_location, created_ms, updated_ms) values (?, ?, ?, ?, ?)', 'ittii')
const GRANT = bulk('insert into access_grant (role, kind, target, level) values (?, 1, ?, ?)', 'iii')

const list = <T>(length: number, make: (k: number) => T): T[] => Array.from({ length }, (_, k) => make(k + 1))

async function fill(file: string): Promise<void> {
  const db = openSqlite(file)
  await migrate(db)
  const hash = await hashPassword(PASSWORD)
  await db.write(async (tx) => {
    await tx.runMany(
      ACCOUNT,
      list(ACCOUNTS, (id) => [id, `user${id}`, hash, 1]),
    )
    await tx.runMany(
      ROLE,
      list(ACCOUNTS, (id) => [id, `__user_${id}__`, id]),
    )
    await tx.runMany(
      EXPERIMENT,
      list(EXPERIMENTS, (id) => [id, `experiment ${id}`, `mlflow-artifacts:/${id}`, id, id]),
    )
    // Each account has its grants on other experiments, the first of which it may change.
    await tx.runMany(
      GRANT,
      list(ACCOUNTS, (id) =>
        Array.from({ length: GRANTS_EACH }, (_, k) => [id, ((id * 7 + k * 100) % EXPERIMENTS) + 1, k === 0 ? 4 : 1]),
      ).flat(),
    )
  })
  await db.close()
}

const OWN = String((7 % EXPERIMENTS) + 1)

type Server = { readonly name: string; readonly bench: Bench; readonly stop: () => Promise<void>; readonly runs: string[] }

async function start(name: string, dir: string, more: readonly string[]): Promise<Server> {
  const place = join(dir, name.replaceAll(' ', '-'))
  mkdirSync(place)
  copyFileSync(join(dir, 'filled.db'), join(place, 'millrace.db'))
  const port = await freePort()
  const args = ['server', '--port', String(port), '--backend-store-uri', `sqlite:///${place}/millrace.db`, ...more]
  const child = spawn(join(root, 'millrace'), args, { cwd: place, stdio: 'ignore' })
  const login = more.length > 0 ? { authorization: `Basic ${Buffer.from(`${CALLER}:${PASSWORD}`).toString('base64')}` } : {}
  const bench = new Bench(port, child.pid as number, 8, login)
  for (let tries = 0; ; tries++) {
    const isUp = await bench.raw('GET', '/health').then(
      () => true,
      () => false,
    )
    if (isUp) break
    if (tries > 1_000) throw new Error(`the server ${name} did not start`)
    await new Promise((done) => setTimeout(done, 30))
  }
  const runs: string[] = []
  for (let at = 0; at < RUNS; at++) runs.push((await bench.post('runs/create', { experiment_id: OWN, start_time: at })).run.info.run_id)
  for (const [at, run_id] of runs.entries()) {
    const metrics = list(20, (k) => ({ key: `m${k}`, value: (at * k) % 97, timestamp: 1, step: 0 }))
    await bench.post('runs/log-batch', { run_id, metrics, params: list(20, (k) => ({ key: `p${k}`, value: `v${at % 10}` })) })
  }
  const stop = () =>
    new Promise<void>((done) => {
      child.once('exit', () => done())
      child.kill('SIGTERM')
    })
  return { name, bench, stop, runs }
}

let batch = 0
const WORK: Readonly<Record<string, (server: Server) => Promise<{ cpu_ms_each: number }>>> = {
  'log-batch of 1,000 metrics': ({ bench, runs }) =>
    bench.measure(80, 4, (i) => {
      const at = ++batch * 1_000
      const metrics = list(1_000, (k) => ({ key: `b${k % 10}`, value: k, timestamp: at + k, step: at + k }))
      return bench.post('runs/log-batch', { run_id: runs[i % 8], metrics })
    }),
  'filtered search of 100 runs': ({ bench }) =>
    bench.measure(80, 2, (i) =>
      bench.post('runs/search', {
        experiment_ids: [OWN],
        filter: `metrics.m3 > ${i % 50} and params.p1 != 'v${i % 10}'`,
        order_by: ['metrics.m1 DESC'],
        max_results: 100,
      }),
    ),
  'filtered search of 20 runs': ({ bench }) =>
    bench.measure(300, 2, (i) => bench.post('runs/search', { experiment_ids: [OWN], filter: `params.p1 = 'v${i % 10}'`, max_results: 20 })),
  'log-metric, 8 connections': ({ bench, runs }) =>
    bench.measure(2_000, 8, (i) =>
      bench.post('runs/log-metric', { run_id: runs[i % 8], key: 'one', value: i, timestamp: ++batch, step: i }),
    ),
  'log-metric, 1 connection': ({ bench, runs }) =>
    bench.measure(600, 1, (i) => bench.post('runs/log-metric', { run_id: runs[0], key: 'two', value: i, timestamp: ++batch, step: i })),
  'runs/get': ({ bench, runs }) => bench.measure(1_000, 4, (i) => bench.get(`runs/get?run_id=${runs[i % 8]}`)),
  'search of experiments': ({ bench }) => bench.measure(300, 2, () => bench.post('experiments/search', { max_results: 100 })),
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const dir = mkdtempSync(join(tmpdir(), 'millrace-access-'))
const servers: Server[] = []
try {
  await fill(join(dir, 'filled.db'))
  const config = join(dir, 'auth.ini')
  writeFileSync(config, '[mlflow]\ndefault_permission = NO_PERMISSIONS\n')
  servers.push(await start('without login', dir, []))
  servers.push(await start('with login', dir, ['--auth', '--auth-config', config, '--no-audit-log']))
  servers.push(await start('and audit log', dir, ['--auth', '--auth-config', config]))
  const taken = new Map<string, number[]>()
  for (let round = 0; round <= Number(flags.rounds); round++) {
    for (const [work, run] of Object.entries(WORK)) {
      for (const server of round % 2 === 0 ? servers : [...servers].reverse()) {
        const { cpu_ms_each } = await run(server)
        // The first round warms up.
        if (round > 0) taken.set(`${work} ${server.name}`, [...(taken.get(`${work} ${server.name}`) ?? []), cpu_ms_each])
      }
    }
  }
  console.log(`| CPU ms a request | ${servers.map(({ name }) => name).join(' | ')} |\n| --- |${' ---: |'.repeat(servers.length)}`)
  for (const work of Object.keys(WORK)) {
    const [first = 0, ...others] = servers.map(({ name }) => median(taken.get(`${work} ${name}`) ?? []))
    const cells = [
      rounded(first),
      ...others.map((one) => `${rounded(one)} (${one >= first ? '+' : ''}${Math.round((one / first - 1) * 100)} %)`),
    ]
    console.log(`| ${work} | ${cells.join(' | ')} |`)
  }
} finally {
  for (const server of servers) await server.stop()
  rmSync(dir, { recursive: true, force: true })
}
