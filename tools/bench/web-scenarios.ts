import { EXPERIMENTS, runIds, type Sizes } from './web-data.ts'
import { longestGap, type Measured, type Stage, until } from './web-stage.ts'

const WAIT_MAX_MS = 60_000
const COMPARED = 200
const SCROLL_MS = 3_000

const ROWS = `!!document.querySelector('.grid .row .number')?.textContent`
const METRICS = `[...document.querySelectorAll('.grid .row')].some((row) => /\\d\\.\\d/.test(row.children[5]?.textContent ?? ''))`
const COUNTED = `/\\d runs?/.test(document.querySelector('.grid + p')?.textContent ?? '')`
const DRAWN = `/points are drawn/.test(document.querySelector('.chart .note')?.textContent ?? '')`
const firstRun = `document.querySelector('.grid .row a')?.textContent`

const shown = (count: number): string => count.toLocaleString('en-GB')
const toExperiment = (base: string, experiment: number, search = ''): string => `${base}/#/experiments/${experiment}${search}`
const ready = async ({ page }: Stage, url: string, expression = METRICS): Promise<void> => {
  await page.goto(url)
  await page.waitForFunction(expression, undefined, { timeout: WAIT_MAX_MS })
  await page.waitForTimeout(500)
}

/** Something that somebody does beside a server with so much in it, and the bound on how long it takes. */
export type Scenario = {
  readonly title: (sizes: Sizes) => string
  readonly must_ms: number
  readonly measure: (stage: Stage, base: string, sizes: Sizes) => Promise<Measured>
}

const many = EXPERIMENTS.many

/** What is measured. */
export const SCENARIOS: readonly Scenario[] = [
  {
    title: (sizes) => `${shown(sizes.runs)} runs × ${sizes.metrics} metrics: first load to rows`,
    must_ms: 1_500,
    measure: (stage, base) => until(stage, () => stage.page.goto(toExperiment(base, many), { waitUntil: 'commit' }), ROWS),
  },
  {
    title: () => 'the same, to metrics',
    must_ms: 1_500,
    measure: (stage, base) => until(stage, () => stage.page.goto(toExperiment(base, many), { waitUntil: 'commit' }), METRICS),
  },
  {
    title: () => 'the same, to the number of runs',
    must_ms: 1_500,
    measure: (stage, base) => until(stage, () => stage.page.goto(toExperiment(base, many), { waitUntil: 'commit' }), COUNTED),
  },
  {
    title: () => 'sort by a metric',
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
    title: () => 'filter by a metric and a param',
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
    title: () => 'scroll for 3 seconds: longest gap between frames',
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
    title: (sizes) => `${shown(sizes.names)} metric names: first load to rows`,
    must_ms: 1_500,
    measure: (stage, base) => until(stage, () => stage.page.goto(toExperiment(base, EXPERIMENTS.names), { waitUntil: 'commit' }), METRICS),
  },
  {
    title: () => 'the same: open the columns menu and type: longest gap between frames',
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
    title: (sizes) => `chart of ${sizes.lines} runs × ${shown(sizes.points)} points`,
    must_ms: 1_000,
    measure: (stage, base, sizes) =>
      until(
        stage,
        () => stage.page.goto(`${base}/#/compare?runs=${runIds(EXPERIMENTS.lines, sizes.lines).join(',')}`, { waitUntil: 'commit' }),
        DRAWN,
      ),
  },
  {
    title: (sizes) => `compare ${Math.min(COMPARED, sizes.runs)} runs`,
    must_ms: 1_000,
    async measure(stage, base, sizes) {
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
    title: (sizes) => `1,000 runs × ${sizes.metrics} metrics, nothing kept by the browser: to metrics`,
    must_ms: 800,
    async measure(stage, base) {
      const found = await until(
        stage,
        () => stage.page.goto(toExperiment(base, EXPERIMENTS.thousand), { waitUntil: 'commit' }),
        `${METRICS} && ${COUNTED}`,
      )
      await stage.page.waitForTimeout(200)
      return { ...found, kb: stage.received().all }
    },
  },
  {
    title: () => 'the same, loaded again',
    must_ms: 300,
    async measure(stage, base) {
      await ready(stage, toExperiment(base, EXPERIMENTS.thousand))
      const before = stage.received().all
      const found = await until(stage, () => stage.page.reload({ waitUntil: 'commit' }), METRICS)
      await stage.page.waitForTimeout(200)
      return { ...found, kb: stage.received().all - before }
    },
  },
]
