import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { MillraceClient } from '../../packages/client/src/index.ts'
import { buildWeb } from '../../tools/web.ts'
import { startChromium } from '../browser.ts'
import { type StartedServer, startMillrace } from '../server.ts'
import { type Filled, fill } from './fill.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const BROWSER_WAIT_MAX_MS = 600_000
const WIDE = { width: 1280, height: 860 }
const NARROW = { width: 390, height: 860 }

let server: StartedServer
let browser: Browser
let filled: Filled

before(
  async () => {
    buildWeb()
    server = await startMillrace()
    browser = await startChromium()
    filled = await fill(new MillraceClient({ url: server.url }))
  },
  { timeout: BROWSER_WAIT_MAX_MS },
)
after(async () => {
  await browser?.close()
  assert.equal(await server.stop(), 0)
})

const PAGES: readonly (readonly [name: string, path: (filled: Filled) => string, shows: RegExp])[] = [
  ['the experiments', () => '/experiments', /empty/],
  ['runs', ({ experiment_id }) => `/experiments/${experiment_id}`, /12 runs/],
  ['groups of runs', ({ experiment_id }) => `/experiments/${experiment_id}?group=params.words&pinned=1`, /mean ± standard deviation/],
  ['runs of an empty experiment', ({ empty_id }) => `/experiments/${empty_id}`, /no runs here yet/],
  ['charts of runs', ({ experiment_id }) => `/experiments/${experiment_id}?tab=charts`, /val\/accuracy/],
  ['charts of groups', ({ experiment_id }) => `/experiments/${experiment_id}?tab=charts&group=params.words&x=relative`, /val\/accuracy/],
  ...(['scatter', 'bar', 'parallel', 'contour'] as const).map(
    (shape) =>
      [`a ${shape} chart`, ({ experiment_id }: Filled) => `/experiments/${experiment_id}?tab=charts&shape=${shape}`, /are drawn/] as const,
  ),
  ['traces', ({ experiment_id }) => `/experiments/${experiment_id}?tab=traces`, /answer/],
  ['a trace', ({ experiment_id, trace_id }) => `/experiments/${experiment_id}/traces/${trace_id}`, /Inputs/],
  ['a run', ({ experiment_id, run_ids }) => `/experiments/${experiment_id}/runs/${run_ids[0]}`, /Parameters/],
  ['charts of a run', ({ experiment_id, run_ids }) => `/experiments/${experiment_id}/runs/${run_ids[0]}?tab=charts`, /loss/],
  [
    'a text file',
    ({ experiment_id, run_ids }) => `/experiments/${experiment_id}/runs/${run_ids[0]}?tab=artifacts&path=notes.txt`,
    /Download/,
  ],
  [
    'an HTML file',
    ({ experiment_id, run_ids }) => `/experiments/${experiment_id}/runs/${run_ids[0]}?tab=artifacts&path=page.html`,
    /In a closed frame/,
  ],
  [
    'an ONNX graph',
    ({ experiment_id, run_ids }) => `/experiments/${experiment_id}/runs/${run_ids[0]}?tab=artifacts&path=graph.onnx`,
    /5 operators/,
  ],
  ['the datasets of a run', ({ experiment_id, run_ids }) => `/experiments/${experiment_id}/runs/${run_ids[0]}?tab=datasets`, /5f2a/],
  [
    'the models of a run',
    ({ experiment_id, run_ids, logged_model }) =>
      `/experiments/${experiment_id}/runs/${run_ids[0]}?tab=models&model=${logged_model}&path=model.onnx`,
    /5 operators/,
  ],
  ['the lineage of a run', ({ experiment_id, run_ids }) => `/experiments/${experiment_id}/runs/${run_ids[0]}?tab=lineage`, /Serves as/],
  ['a table', ({ experiment_id, run_ids }) => `/experiments/${experiment_id}/runs/${run_ids[0]}?tab=artifacts&path=table.csv`, /plain/],
  [
    'a logged table',
    ({ experiment_id, run_ids }) => `/experiments/${experiment_id}/runs/${run_ids[0]}?tab=artifacts&path=data.json`,
    /window/,
  ],
  [
    'an MLmodel with code in it',
    ({ experiment_id, run_ids }) => `/experiments/${experiment_id}/runs/${run_ids[0]}?tab=artifacts&path=hostile/MLmodel`,
    /js\/function/,
  ],
  ['a notebook', ({ experiment_id, run_ids }) => `/experiments/${experiment_id}/runs/${run_ids[0]}?tab=artifacts&path=work.ipynb`, /print/],
  ['a sound', ({ experiment_id, run_ids }) => `/experiments/${experiment_id}/runs/${run_ids[0]}?tab=artifacts&path=sound.wav`, /Download/],
  ['a drawing', ({ experiment_id, run_ids }) => `/experiments/${experiment_id}/runs/${run_ids[0]}?tab=artifacts&path=drawing.svg`, /svg/],
  ['a comparison', ({ run_ids }) => `/compare?runs=${run_ids.slice(0, 4).join(',')}`, /side by side/],
  ['the models', () => '/models', /shop-model/],
  ['a model', () => '/models/shop-model', /Version 1/],
  ['a version', () => '/models/shop-model/versions/1', /not signed/],
  ['the prompts', () => '/prompts', /greeting/],
  ['a prompt', () => '/prompts/greeting', /welcome/],
  ['requests', () => '/requests', /waits for an approval/],
  ['the administration', () => '/admin', /no login/],
  ['an inventory', () => '/inventory', /50 models/],
  ['what is malicious in an inventory', () => '/inventory?status=malicious&order=where', /8 models/],
  ['models that nobody registered', () => '/inventory?tab=unregistered', /Export/],
  ['versions in use to which something is missing', () => '/inventory?tab=unapproved', /no signature/],
  ['audits', () => '/audits', /CRITICAL/],
  ['an audit', ({ audit_ids }) => `/audits/${audit_ids[1]}`, /Why it was flagged/],
  ['what is new in an audit', ({ audit_ids }) => `/audits/${audit_ids[1]}?show=new`, /new since the one before 48/],
  ['what was judged in an audit', ({ audit_ids }) => `/audits/${audit_ids[1]}?show=allowed`, /baseline/],
  ['the account', () => '/account', /no login/],
  ['no page', () => '/nowhere', /no such page/],
]

/** A page whose complaints are kept: what the browser refused by the policy, errors, and scripts that ran from data. */
async function open(context: BrowserContext): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !request.url().startsWith('blob:')) complaints.push(`asked another host: ${request.url()}`)
  })
  return { page, complaints }
}

async function show(page: Page, path: string, shows: RegExp): Promise<void> {
  await page.goto(`${server.url}/#${path}`)
  await page.getByText(shows).first().waitFor({ timeout: 30_000 })
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached', timeout: 30_000 })
}

describe('every page', () => {
  for (const theme of ['light', 'dark'] as const) {
    for (const [name, path, shows] of PAGES) {
      test(`BR-08 BR-10 ${name}, ${theme}: no error, no broken policy, nothing that runs, nothing that axe finds`, async () => {
        const context = await browser.newContext({ colorScheme: theme, viewport: WIDE })
        const { page, complaints } = await open(context)
        await show(page, path(filled), shows)
        await page.evaluate(axe)
        const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: Axe }).axe.run())
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
        assert.deepEqual(found, [])
        assert.equal(await page.evaluate(() => (globalThis as { ran?: number }).ran), undefined, 'text became a script')
        assert.deepEqual(complaints, [])
        await context.close()
      })
    }
  }

  test('nothing is wider than a narrow screen', async () => {
    const context = await browser.newContext({ viewport: NARROW })
    const { page } = await open(context)
    for (const [name, path, shows] of PAGES) {
      await show(page, path(filled), shows)
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      assert.ok(width <= NARROW.width, `${name} is ${width} wide`)
    }
    await context.close()
  })
})

type Axe = { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
