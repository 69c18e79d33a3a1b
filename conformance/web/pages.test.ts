import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { registerPrompt } from '../../packages/client/src/index.ts'
import { type Filled, fill } from './fill.ts'
import { startedWeb } from './started.ts'
import { findingsOf, watched } from './watched.ts'

const WIDE = { width: 1280, height: 860 }
const NARROW = { width: 390, height: 860 }

let filled: Filled
const web = startedWeb({
  fill: async ({ client }) => {
    filled = await fill(client)
  },
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
  ['rollouts', () => '/rollouts', /Nothing was rolled out yet/],
  ['the administration', () => '/admin', /no login/],
  ['an inventory', () => '/inventory', /50 models/],
  ['what is malicious in an inventory', () => '/inventory?status=malicious&order=where', /8 models/],
  ['models that nobody registered', () => '/inventory?tab=unregistered', /Export/],
  ['versions in use to which something is missing', () => '/inventory?tab=unapproved', /no signature/],
  ['audits', () => '/audits', /CRITICAL/],
  ['an audit', ({ audit_ids }) => `/audits/${audit_ids[1]}`, /Why it was flagged/],
  ['what is new in an audit', ({ audit_ids }) => `/audits/${audit_ids[1]}?show=new`, /new since the one before 48/],
  ['what was judged in an audit', ({ audit_ids }) => `/audits/${audit_ids[1]}?show=allowed`, /baseline/],
  ['workspaces, of which there is one', () => '/admin/workspaces', /one workspace/],
  ['an audit log that is not kept', () => '/admin/audit', /Nothing is on record yet/],
  ['no webhooks', () => '/admin/webhooks', /no webhook yet/],
  ['storage', () => '/admin/storage', /Artifacts by experiment/],
  ['the health of the server', () => '/admin/health', /Nobody signs in/],
  ['the account', () => '/account', /no login/],
  ['no page', () => '/nowhere', /no such page/],
]

async function show(page: Page, path: string, shows: RegExp): Promise<void> {
  await page.goto(`${web.server.url}/#${path}`)
  await page.getByText(shows).first().waitFor({ timeout: 30_000 })
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached', timeout: 30_000 })
}

// The one after the other in one browser's context, whose cache has the page's files: each is opened anew, and shown three ways.
describe('every page', () => {
  let context: BrowserContext
  before(async () => {
    context = await web.browser.newContext({ colorScheme: 'light', viewport: WIDE })
  })
  after(() => context?.close())

  for (const [name, path, shows] of PAGES) {
    test(`BR-08 BR-10 ${name}: no error, no broken policy, nothing that runs, nothing that axe finds, nothing too wide`, async () => {
      const { page, complaints } = await watched(context, web.server.url)
      await show(page, path(filled), shows)
      assert.deepEqual(await findingsOf(page), [], 'light')
      await page.emulateMedia({ colorScheme: 'dark' })
      assert.deepEqual(await findingsOf(page), [], 'dark')
      await page.setViewportSize(NARROW)
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      assert.ok(width <= NARROW.width, `it is ${width} wide`)
      assert.equal(await page.evaluate(() => (globalThis as { ran?: number }).ran), undefined, 'text became a script')
      assert.deepEqual(complaints, [])
      await page.close()
    })
  }
})

describe('lists that are longer than what is asked for at once', () => {
  const MANY = 201
  const MOVES = 51
  let context: BrowserContext
  before(async () => {
    const { client } = web
    context = await web.browser.newContext({ viewport: WIDE })
    for (let at = 0; at < MANY; at++) {
      await client.registeredModels.create({ name: `model ${at}` })
      await client.modelVersions.create({ name: 'shop-model', source: 's3://elsewhere/model' })
      await registerPrompt(client, { name: 'long-lived', template: `the text ${at}` })
    }
    for (let at = 0; at < MOVES; at++)
      await client.registeredModels.setAlias({ name: 'shop-model', alias: 'moved', version: String(1 + (at % MANY)) })
  })
  after(() => context?.close())

  /** Shows what a list begins with, and all of it. */
  async function grown(page: Page, first: string, all: string): Promise<void> {
    await page.getByText(first).waitFor({ timeout: 30_000 })
    await page.locator('.bar', { hasText: first }).getByRole('button', { name: 'Show more' }).click()
    await page.getByText(all).waitFor({ timeout: 30_000 })
  }

  test('the models, a model’s versions and its history say how much is shown, and show all of it', async () => {
    const { page, complaints } = await watched(context, web.server.url)
    await page.goto(`${web.server.url}/#/models`)
    await grown(page, 'The first 200 models are shown.', `All ${MANY + 1} models are shown.`)
    await page.getByRole('link', { name: 'model 0', exact: true }).waitFor({ timeout: 30_000 })
    await page.goto(`${web.server.url}/#/models/shop-model`)
    await grown(page, 'The first 200 versions are shown.', `All ${MANY + 1} versions are shown.`)
    await grown(page, 'The first 50 moves are shown.', `All ${MOVES + 1} moves are shown.`)
    // What has come can be chosen, too.
    await page.getByLabel('Version', { exact: true }).selectOption('1')
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('an old version of a prompt can be chosen, and a model past those that are asked for is jumped to by its name', async () => {
    const { page, complaints } = await watched(context, web.server.url)
    await page.goto(`${web.server.url}/#/prompts/long-lived`)
    await grown(page, 'The first 200 versions are shown.', `All ${MANY} versions are shown.`)
    await page
      .locator('label', { hasText: /^Version/ })
      .getByRole('combobox')
      .selectOption('1')
    await page.getByText('the text 0', { exact: true }).waitFor({ timeout: 30_000 })
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Name of an experiment, a model or a page' }).fill('shop-mod')
    await page.getByRole('option', { name: /shop-model/ }).click()
    await page.getByRole('heading', { name: 'shop-model' }).waitFor({ timeout: 30_000 })
    assert.deepEqual(complaints, [])
    await page.close()
  })
})
