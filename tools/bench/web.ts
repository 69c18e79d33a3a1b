// `npm run bench:web -- [--runs 100000] [--metrics 100] [--names 12000] [--lines 50] [--points 100000] [--rounds 3]`
//
// How long people wait for the web page, in headless Chromium beside a server with that much in its database. Prints a Markdown table:
// milliseconds on the clock from the click to what is seen (the median, and the best round), the CPU time that the server and the page's
// own thread used meanwhile, and the bound that Millrace sets itself. Chromium's other processes aren't counted.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { startChromium } from '../../conformance/browser.ts'
import { type StartedServer, startMillrace } from '../../conformance/server.ts'
import { buildWeb } from '../web.ts'
import { cpuSeconds } from './process-tree.ts'
import { EXPERIMENTS, fillForWeb, runIds } from './web-data.ts'

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    metrics: { type: 'string', default: '100' },
    names: { type: 'string', default: '12000' },
    lines: { type: 'string', default: '50' },
    points: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
  },
})
const sizes = {
  runs: Number(flags.runs),
  metrics: Number(flags.metrics),
  names: Number(flags.names),
  lines: Number(flags.lines),
  points: Number(flags.points),
}
const WAIT_MAX_MS = 60_000
const COMPARED = 200
const SCROLL_MS = 3_000

type Measured = { readonly wall_ms: number; readonly server_ms: number; readonly page_ms: number; readonly kb?: number }
type Stage = { readonly server: StartedServer; readonly page: Page; readonly cdp: CDPSession; readonly sent: () => number }

const ROWS = `!!document.querySelector('.grid .row .number')?.textContent`
const METRICS = `[...document.querySelectorAll('.grid .row')].some((row) => /\\d\\.\\d/.test(row.children[5]?.textContent ?? ''))`
const COUNTED = `/\\d runs?/.test(document.querySelector('.grid + p')?.textContent ?? '')`
const DRAWN = `/points are drawn/.test(document.querySelector('.chart .note')?.textContent ?? '')`
const firstRun = `document.querySelector('.grid .row a')?.textContent`

/** What an action took, until an expression is true in the page. */
async function until({ server, page, cdp }: Stage, action: () => Promise<unknown>, expression: string): Promise<Measured> {
  const pid = server.process.pid as number
  const server_s = cpuSeconds(pid)
  const page_s = await taskSeconds(cdp)
  const start = performance.now()
  await action()
  await page.waitForFunction(expression, undefined, { timeout: WAIT_MAX_MS, polling: 'raf' })
  const wall_ms = performance.now() - start
  return { wall_ms, server_ms: (cpuSeconds(pid) - server_s) * 1_000, page_ms: ((await taskSeconds(cdp)) - page_s) * 1_000 }
}

async function taskSeconds(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
}

// The policy forbids the strings that this script has evaluated in the page: it is pages.test.ts that holds it.
async function stageOf(server: StartedServer, browser: Browser): Promise<Stage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, bypassCSP: true })
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  await cdp.send('Network.enable')
  let bytes = 0
  cdp.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  return { server, page, cdp, sent: () => bytes }
}

type Scenario = { readonly title: string; readonly must_ms: number; readonly measure: (stage: Stage, base: string) => Promise<Measured> }

const toExperiment = (base: string, experiment: number, search = ''): string => `${base}/#/experiments/${experiment}${search}`
const ready = async ({ page }: Stage, url: string, expression = METRICS): Promise<void> => {
  await page.goto(url)
  await page.waitForFunction(expression, undefined, { timeout: WAIT_MAX_MS })
  await page.waitForTimeout(500)
}

/** The longest time between two frames while something goes on. */
async function longestGap({ page }: Stage, action: () => Promise<unknown>): Promise<number> {
  await page.evaluate(`window.gaps = (() => {
    let last = performance.now(), longest = 0, on = true
    const tick = (now) => { longest = Math.max(longest, now - last); last = now; if (on) requestAnimationFrame(tick) }
    requestAnimationFrame(tick)
    return () => { on = false; return longest }
  })()`)
  await action()
  return page.evaluate<number>('window.gaps()')
}

const many = EXPERIMENTS.many
const SCENARIOS: readonly Scenario[] = [
  {
    title: `${sizes.runs} runs × ${sizes.metrics} metrics: first load to rows`,
    must_ms: 1_500,
    measure: (stage, base) => until(stage, () => stage.page.goto(toExperiment(base, many), { waitUntil: 'commit' }), ROWS),
  },
  {
    title: 'the same, to metrics',
    must_ms: 1_500,
    measure: (stage, base) => until(stage, () => stage.page.goto(toExperiment(base, many), { waitUntil: 'commit' }), METRICS),
  },
  {
    title: 'the same, to the number of runs',
    must_ms: 1_500,
    measure: (stage, base) => until(stage, () => stage.page.goto(toExperiment(base, many), { waitUntil: 'commit' }), COUNTED),
  },
  {
    title: 'sort by a metric',
    must_ms: 300,
    async measure(stage, base) {
      await ready(stage, toExperiment(base, many))
      const first = JSON.stringify(await stage.page.evaluate(firstRun))
      return until(
        stage,
        () => stage.page.locator('[role=columnheader] button', { hasText: 'metric/00003' }).click(),
        `${firstRun} !== ${first} && ${METRICS}`,
      )
    },
  },
  {
    title: 'filter by a metric and a param',
    must_ms: 300,
    async measure(stage, base) {
      await ready(stage, toExperiment(base, many))
      const first = JSON.stringify(await stage.page.evaluate(firstRun))
      const field = stage.page.getByLabel('Filter of runs')
      await field.fill("metrics.`metric/00002` < 0.3 AND params.param_1 = 'v4'")
      return until(stage, () => field.press('Enter'), `${firstRun} !== ${first} && ${METRICS}`)
    },
  },
  {
    title: 'scroll for 3 seconds: longest gap between frames',
    must_ms: 1_000,
    async measure(stage, base) {
      await ready(stage, toExperiment(base, many))
      await stage.page.locator('.grid').hover()
      let wall_ms = 0
      const used = await until(
        stage,
        async () => {
          wall_ms = await longestGap(stage, async () => {
            for (const end = performance.now() + SCROLL_MS; performance.now() < end; ) await stage.page.mouse.wheel(0, 600)
          })
        },
        METRICS,
      )
      return { ...used, wall_ms }
    },
  },
  {
    title: `${sizes.names} metric names: first load to rows`,
    must_ms: 1_500,
    measure: (stage, base) => until(stage, () => stage.page.goto(toExperiment(base, EXPERIMENTS.names), { waitUntil: 'commit' }), METRICS),
  },
  {
    title: 'the same: open the columns menu and type: longest gap between frames',
    must_ms: 100,
    async measure(stage, base) {
      await ready(stage, toExperiment(base, EXPERIMENTS.names))
      let wall_ms = 0
      const used = await until(
        stage,
        async () => {
          wall_ms = await longestGap(stage, async () => {
            await stage.page.getByRole('button', { name: /^Columns/ }).click()
            await stage.page.getByLabel('Find a column').pressSequentially('119')
          })
        },
        `document.querySelector('.menu label')?.textContent.includes('119')`,
      )
      return { ...used, wall_ms }
    },
  },
  {
    title: `chart of ${sizes.lines} runs × ${sizes.points} points`,
    must_ms: 1_000,
    measure: (stage, base) =>
      until(
        stage,
        () => stage.page.goto(`${base}/#/compare?runs=${runIds(EXPERIMENTS.lines, sizes.lines).join(',')}`, { waitUntil: 'commit' }),
        DRAWN,
      ),
  },
  {
    title: `compare ${Math.min(COMPARED, sizes.runs)} runs`,
    must_ms: 1_000,
    async measure(stage, base) {
      await ready(stage, toExperiment(base, many))
      const hash = `#/compare?runs=${runIds(many, Math.min(COMPARED, sizes.runs)).join(',')}`
      return until(
        stage,
        () => stage.page.evaluate(`location.hash = ${JSON.stringify(hash)}`),
        `document.querySelectorAll('td').length > 1000`,
      )
    },
  },
  {
    title: `1,000 runs × ${sizes.metrics} metrics, nothing kept by the browser: to metrics`,
    must_ms: 800,
    async measure(stage, base) {
      const found = await until(
        stage,
        () => stage.page.goto(toExperiment(base, EXPERIMENTS.thousand), { waitUntil: 'commit' }),
        `${METRICS} && ${COUNTED}`,
      )
      await stage.page.waitForTimeout(200)
      return { ...found, kb: stage.sent() / 1_000 }
    },
  },
  {
    title: 'the same, loaded again',
    must_ms: 300,
    async measure(stage, base) {
      await ready(stage, toExperiment(base, EXPERIMENTS.thousand))
      const before = stage.sent()
      const found = await until(stage, () => stage.page.reload({ waitUntil: 'commit' }), METRICS)
      await stage.page.waitForTimeout(200)
      return { ...found, kb: (stage.sent() - before) / 1_000 }
    },
  },
]

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number

function line(title: string, must_ms: number, rounds: readonly Measured[]): string {
  const of = (name: 'wall_ms' | 'server_ms' | 'page_ms'): number[] => rounds.map((round) => round[name])
  const figures = [median(of('wall_ms')), Math.min(...of('wall_ms')), median(of('server_ms')), median(of('page_ms'))].map(Math.round)
  const kb = rounds.every((round) => round.kb !== undefined) ? Math.round(median(rounds.map((round) => round.kb ?? 0))) : ''
  return `| ${[title, ...figures, kb, `≤ ${must_ms}`].join(' | ')} |`
}

async function main(): Promise<void> {
  buildWeb()
  const empty = await startMillrace()
  await empty.stop('SIGTERM', true)
  fillForWeb(join(empty.dir, 'millrace-data/millrace.db'), sizes)
  const server = await startMillrace([], { dir: empty.dir })
  const browser = await startChromium()
  try {
    console.log('| | wall ms | best | server CPU ms | page CPU ms | KB received | must |\n|---|--:|--:|--:|--:|--:|--:|')
    for (const { title, must_ms, measure } of SCENARIOS) {
      const rounds: Measured[] = []
      for (let round = 0; round < Number(flags.rounds); round++) {
        const stage = await stageOf(server, browser)
        rounds.push(await measure(stage, server.url))
        await stage.page.context().close()
      }
      console.log(line(title, must_ms, rounds))
    }
  } finally {
    await browser.close()
    await server.stop()
  }
}

await main()
