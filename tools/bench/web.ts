// `npm run bench:web -- [--runs 100000] [--metrics 100] [--names 12000] [--lines 50] [--points 100000] [--rounds 3] [--no-mlflow]`
//
// How long people wait for the web page, in headless Chromium beside a server with that much in its database: milliseconds on the clock
// from the click to what is seen (the median, and the best round), the CPU time that the server and the page's own thread used meanwhile,
// and the bound that Millrace sets itself. Chromium's other processes aren't counted. MLflow's own page is loaded in the same run, with a
// thousand of the same runs. With the sizes as they are, the tables go into docs/benchmarks.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser } from 'playwright-core'
import { startChromium } from '../../conformance/browser.ts'
import { startMillrace } from '../../conformance/server.ts'
import { buildWeb } from '../web.ts'
import { machine } from './machine.ts'
import { median, replaceBetween } from './table.ts'
import { besideMlflow, type Loads } from './web-beside.ts'
import { fillForWeb } from './web-data.ts'
import { SCENARIOS } from './web-scenarios.ts'
import { type Measured, stageOf } from './web-stage.ts'

const root = new URL('../..', import.meta.url).pathname
const DEFAULTS = { runs: '100000', metrics: '100', names: '12000', lines: '50', points: '100000' } as const
const BESIDE_RUNS = 1_000

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: DEFAULTS.runs },
    metrics: { type: 'string', default: DEFAULTS.metrics },
    names: { type: 'string', default: DEFAULTS.names },
    lines: { type: 'string', default: DEFAULTS.lines },
    points: { type: 'string', default: DEFAULTS.points },
    rounds: { type: 'string', default: '3' },
    'no-mlflow': { type: 'boolean', default: false },
  },
})
const sizes = {
  runs: Number(flags.runs),
  metrics: Number(flags.metrics),
  names: Number(flags.names),
  lines: Number(flags.lines),
  points: Number(flags.points),
}
const rounds = Number(flags.rounds)
const isWhole = Object.entries(DEFAULTS).every(([name, value]) => flags[name as keyof typeof DEFAULTS] === value)

const load = loadavg()[0]?.toFixed(1)
const shown = (value: number | undefined): string => Math.round(value ?? 0).toLocaleString('en-GB')
const middle = <T>(all: readonly T[], of: (one: T) => number): string => shown(median(all.map(of)))

const HEAD = '| | clock, median ms | best ms | server CPU ms | page CPU ms | KB received | must |\n|---|--:|--:|--:|--:|--:|--:|'

function line(title: string, must_ms: number, all: readonly Measured[]): string {
  const best = Math.min(...all.map(({ wall_ms }) => wall_ms))
  const kb = all.every((one) => one.kb !== undefined) ? middle(all, (one) => one.kb ?? 0) : ''
  const figures = [
    middle(all, (one) => one.wall_ms),
    shown(best),
    middle(all, (one) => one.server_ms),
    middle(all, (one) => one.page_ms),
    kb,
  ]
  return `| ${[title, ...figures, `≤ ${shown(must_ms)}`].join(' | ')} |`
}

const BESIDE: readonly (readonly [title: string, of: (loads: Loads) => number, must: string])[] = [
  ['first load, nothing kept by the browser: to the first rows, ms', ({ cold }) => cold.wall_ms, '≤ 800'],
  ['the same: server CPU, ms', ({ cold }) => cold.server_ms, ''],
  ["the same: the page's own thread, ms", ({ cold }) => cold.page_ms, ''],
  ['loaded again: to the first rows, ms', ({ warm }) => warm.wall_ms, '≤ 300'],
  ['the same: server CPU, ms', ({ warm }) => warm.server_ms, ''],
  ['scripts and styles of the first load, KB', ({ received }) => received.code, '≤ 250'],
  ['JSON of the first load, KB', ({ received }) => received.json, '≤ 100'],
  ['JSON, loaded again, KB', ({ again }) => again.json, ''],
]

function beside({ millrace, mlflow }: { millrace: readonly Loads[]; mlflow: readonly Loads[] }): string {
  const lines = BESIDE.map(([title, of, must]) => `| ${[title, middle(millrace, of), middle(mlflow, of), must].join(' | ')} |`)
  return [
    `| ${shown(BESIDE_RUNS)} runs × ${sizes.metrics} metrics | Millrace | MLflow 3.17.2 | must |`,
    '|---|--:|--:|--:|',
    ...lines,
  ].join('\n')
}

async function measured(server: { url: string; pid: number }, browser: Browser): Promise<string[]> {
  const lines: string[] = []
  for (const { title, must_ms, measure } of SCENARIOS) {
    const all: Measured[] = []
    for (let round = 0; round < rounds; round++) {
      const stage = await stageOf(server.pid, browser)
      all.push(await measure(stage, server.url, sizes))
      await stage.page.context().close()
    }
    lines.push(line(title(sizes), must_ms, all))
    console.log(lines.at(-1))
  }
  return lines
}

async function main(): Promise<void> {
  buildWeb()
  const empty = await startMillrace()
  await empty.stop('SIGTERM', true)
  fillForWeb(join(empty.dir, 'millrace-data/millrace.db'), sizes)
  const started = await startMillrace([], { dir: empty.dir })
  const server = { url: started.url, pid: started.process.pid as number }
  const browser = await startChromium()
  try {
    console.log(HEAD)
    const tables = [[HEAD, ...(await measured(server, browser))].join('\n')]
    if (!flags['no-mlflow']) {
      const both = await besideMlflow(browser, server, { runs: BESIDE_RUNS, metrics: sizes.metrics }, rounds)
      tables.push("The page beside MLflow's own, in turn in the same minutes:", beside(both))
      console.log(`\n${tables.at(-1)}`)
    }
    if (isWhole && !flags['no-mlflow']) write(tables)
  } finally {
    await browser.close()
    await started.stop()
  }
}

function write(tables: readonly string[]): void {
  const file = join(root, 'docs', 'benchmarks.md')
  const when = new Date().toISOString().slice(0, 16).replace('T', ' ')
  const about = `${when} UTC, ${machine()}, load ${load} before; medians of ${rounds} rounds.`
  writeFileSync(file, replaceBetween(readFileSync(file, 'utf8'), 'measured by npm run bench:web', [about, ...tables].join('\n\n')))
  console.log('written to docs/benchmarks.md')
}

await main()
