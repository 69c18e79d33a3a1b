// `npm run bench -- [--only millrace,mlflow,fasttrackml] [--workloads log_metric,...] [--rounds 3] [--runs 1000] [--fresh] [--no-growth]
//                [--sketch PATH]`
//
// Runs the same work against Millrace and its peers, one server at a time and round by round, so that a slow minute of the machine meets
// all of them. Each server's round is kept in .cache/bench: stopped, it goes on where it was; `--fresh` begins anew. The medians go into
// docs/benchmarks.md, and below them how searches grow with the number of runs (tools/growth.ts). With --workloads nothing is kept or
// written: it is for looking. `--sketch` lets the sketch of the hot paths run in the same rounds, next to Millrace.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { drive } from './driver.ts'
import { machine } from './machine.ts'
import { SERVERS, type Server, sketchAt } from './servers.ts'
import { type Column, errorsOf, type Round, replaceBetween, tableOf } from './table.ts'
import { WORKLOADS } from './workloads.ts'

const root = new URL('../..', import.meta.url).pathname
const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    sketch: { type: 'string' },
    workloads: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    runs: { type: 'string', default: '1000' },
    artifact: { type: 'string', default: '256' },
    fresh: { type: 'boolean', default: false },
    'no-growth': { type: 'boolean', default: false },
  },
})

function fail(sentence: string): never {
  console.error(sentence)
  process.exit(2)
}

function count(name: 'rounds' | 'runs' | 'artifact'): number {
  const value = Number(flags[name])
  if (!Number.isInteger(value) || value < 1) fail(`--${name} takes a whole number above 0, and it is '${flags[name]}'.`)
  return value
}

function named(list: string, known: object): string[] {
  const names = list.split(',').filter(Boolean)
  for (const name of names) if (!(name in known)) fail(`'${name}' is none of ${Object.keys(known).join(', ')}.`)
  return names
}

const rounds = count('rounds')
const options = { runs: count('runs'), artifact_MiB: count('artifact') }
const { millrace, ...peers } = SERVERS
const known: Readonly<Record<string, Server | undefined>> = { millrace, ...(flags.sketch && { sketch: sketchAt(flags.sketch) }), ...peers }
const servers = named(flags.only ?? Object.keys(known).join(','), known)
const only = flags.workloads === undefined ? undefined : new Set(named(flags.workloads, WORKLOADS))
const kept = join(root, '.cache', 'bench', `${options.runs}-${options.artifact_MiB}`)
if (flags.fresh) rmSync(kept, { recursive: true, force: true })
mkdirSync(kept, { recursive: true })

const fileOf = (server: string, round: number) => join(kept, `${server}-${round}.json`)

async function oneRound(name: string, server: Server, round: number): Promise<void> {
  if (!only && existsSync(fileOf(name, round))) return console.log(`${server.title}, round ${round}: kept from before`)
  console.log(`${server.title}, round ${round} of ${rounds}`)
  const started = performance.now()
  const progress = (workload: string, result: object) => console.log(`  ${workload} ${JSON.stringify(result)}`)
  const result = await drive(server.install(), { ...options, ...(only && { only }), progress })
  console.log(`  ${((performance.now() - started) / 1000).toFixed(0)} s`)
  if (!only) writeFileSync(fileOf(name, round), JSON.stringify(result, null, 1))
}

/** The newest `rounds` of each server that has any, whether it ran just now or before. */
function columns(): Column[] {
  return Object.entries(known).flatMap(([name, server]) => {
    const files = Array.from({ length: rounds }, (_, at) => fileOf(name, at + 1)).filter(existsSync)
    if (!server || files.length === 0) return []
    const done = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Round)
    return [{ title: server.title, rounds: done, quiet: name === 'sketch' }]
  })
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
for (let round = 1; round <= rounds; round++) {
  for (const name of servers) {
    const server = known[name]
    if (server) await oneRound(name, server, round)
  }
}
if (!only) {
  const all = columns()
  const counts = all.map((one) => `${one.rounds.length} (${one.title})`).join(', ')
  const text = [
    `${new Date().toISOString().slice(0, 10)}, ${machine()}; medians of ${counts} rounds.`,
    '',
    tableOf(all),
    ...errorsOf(all).map((error) => `\n–: ${error}`),
  ].join('\n')
  const file = join(root, 'docs', 'benchmarks.md')
  writeFileSync(file, replaceBetween(readFileSync(file, 'utf8'), 'measured by npm run bench', text))
  console.log(`${text}\n`)
  if (!flags['no-growth']) {
    console.log('growth: searches over 1,000, 10,000 and 100,000 runs')
    const growth = execFileSync(process.execPath, ['--conditions=source', join(root, 'tools', 'growth.ts')], { encoding: 'utf8' }).trim()
    writeFileSync(file, replaceBetween(readFileSync(file, 'utf8'), 'measured by tools/growth.ts', growth))
    console.log(growth)
  }
  console.log('written to docs/benchmarks.md')
}
process.exit(0)
