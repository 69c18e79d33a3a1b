import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { startedWeb } from './started.ts'

const soon = { timeout: 30_000 }
const PNG = '89504e470d0a1a0a'
const EXPORTED = 540

let experiment_id = ''
const run_ids: string[] = []

const web = startedWeb({
  async fill({ client }) {
    experiment_id = (await client.experiments.create({ name: 'actions' })).experiment_id
    for (const name of ['first', 'second', 'third']) {
      const { run } = await client.runs.create({ experiment_id, run_name: name, start_time: 1_700_000_000_000 + run_ids.length })
      const { run_id } = run.info
      run_ids.push(run_id)
      const metrics = [0, 1, 2].map((step) => ({ key: 'loss', value: step / 2, timestamp: step, step }))
      await client.runs.logBatch({ run_id, metrics, params: [{ key: 'depth', value: name }] })
    }
  },
})

const runsPage = (search = ''): Promise<Page> => web.opened(`/experiments/${experiment_id}${search}`)

const headings = (page: Page): Promise<string[]> =>
  page
    .locator('[role=columnheader]')
    .evaluateAll((cells) => cells.map((cell) => (cell as unknown as { textContent: string }).textContent.trim()))

test('the selected runs get a tag, all of them, and no other', async () => {
  const page = await runsPage()
  for (const name of ['first', 'third']) await page.getByLabel(`Select ${name}`).check(soon)
  await page.getByRole('button', { name: /^Tag/ }).click()
  await page.getByLabel('Name of the tag').fill('team')
  await page.getByLabel('Value of the tag').fill('red')
  await page.getByRole('button', { name: 'Tag 2 runs' }).click()
  await page.getByText('2 runs are tagged team.').waitFor(soon)
  const { runs } = await web.client.call('POST /api/2.0/millrace/runs/get-many', { run_ids })
  assert.deepEqual(
    runs.map(({ data }) => data.tags.find(({ key }) => key === 'team')?.value),
    ['red', undefined, 'red'],
  )
})

test('columns go into another order, and the address keeps it', async () => {
  const page = await runsPage()
  await page.getByLabel('Select first').waitFor(soon)
  assert.deepEqual((await headings(page)).slice(-2), ['loss', 'depth'])
  await page.getByRole('button', { name: /^Columns/ }).click()
  await page.getByRole('button', { name: 'params.depth earlier' }).click()
  await page.getByRole('button', { name: 'metrics.loss earlier' }).waitFor(soon)
  assert.deepEqual((await headings(page)).slice(-2), ['depth', 'loss'])
  await page.reload()
  await page.getByLabel('Select first').waitFor(soon)
  assert.deepEqual((await headings(page)).slice(-2), ['depth', 'loss'])
})

test('a chart is taken as a PNG, and as an SVG with the names of its lines', async () => {
  const page = await runsPage('?tab=charts')
  await page.getByRole('img', { name: /^loss by step, of 3 runs/ }).waitFor(soon)
  const taken = async (name: string): Promise<Buffer> => {
    const clicked = page.getByRole('button', { name }).click()
    const [download] = await Promise.all([page.waitForEvent('download', soon), clicked])
    assert.equal(download.suggestedFilename(), `loss.${name.slice(0, 3).toLowerCase()}`)
    return readFileSync(await download.path())
  }
  const picture = await taken('PNG of loss')
  assert.equal(picture.subarray(0, 8).toString('hex'), PNG)
  assert.ok(picture.length > 2_000, `${picture.length} bytes`)
  const drawing = String(await taken('SVG of loss'))
  assert.match(drawing, /^<svg .*<polyline .*second.*<\/svg>$/s)
})

test('the cursor says the value of every line, and a chart can be of groups, or against a param', async () => {
  const page = await runsPage('?tab=charts')
  const chart = page.getByRole('img', { name: /^loss by step, of 3 runs/ })
  await chart.waitFor(soon)
  await chart.hover()
  await page.locator('.tip').waitFor(soon)
  for (const name of ['first', 'second', 'third']) await page.locator('.tip', { hasText: name }).waitFor(soon)
  await page.getByLabel('Group').selectOption('params.depth')
  await page.getByRole('img', { name: /^loss by step, of \d runs/ }).waitFor(soon)
  for (const [button, name] of [
    ['Scatter', /^loss by depth, of 3 runs/],
    ['Bars', /^loss, of 3 runs/],
    ['Parallel coordinates', /^depth · loss, of 3 runs/],
  ] as const) {
    await page.getByRole('button', { name: button }).click()
    await page.getByRole('img', { name }).waitFor(soon)
  }
})

test('rows that a comparison does not show exist when somebody scrolls to them', async () => {
  const metrics = Array.from({ length: 100 }, (_, at) => ({ key: `m${String(at).padStart(3, '0')}`, value: at, timestamp: 1, step: 0 }))
  await web.client.runs.logBatch({ run_id: run_ids[0] as string, metrics })
  const page = await runsPage()
  await page.goto(`${web.server.url}/#/compare?runs=${run_ids.join(',')}`)
  const region = page.getByRole('region', { name: 'Comparison' })
  await region.getByTitle('m000').waitFor(soon)
  assert.ok((await region.locator('tr').count()) < 60)
  await region.evaluate((element) => {
    const scroller = element as unknown as { scrollTop: number; scrollHeight: number }
    scroller.scrollTop = scroller.scrollHeight
  })
  await region.getByTitle('m099').waitFor(soon)
  await region.getByTitle('depth').waitFor(soon)
})

test('what a run logs appears by itself, in the table and in its chart', async () => {
  const start_time = Date.now()
  const { run } = await web.client.runs.create({ experiment_id, run_name: 'going on', start_time })
  const { run_id } = run.info
  const log = (step: number, value: number): Promise<unknown> =>
    web.client.runs.logMetric({ run_id, key: 'loss', value, timestamp: start_time + step, step })
  await log(0, 0.125)
  const page = await runsPage()
  await page
    .getByRole('row', { name: /going on/ })
    .getByText('0.125')
    .waitFor(soon)
  await log(1, 0.0625)
  await page
    .getByRole('row', { name: /going on/ })
    .getByText('0.0625')
    .waitFor(soon)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await log(2, 0.03125)
  await page
    .getByRole('row', { name: /going on/ })
    .getByText('0.03125')
    .waitFor(soon)
  assert.deepEqual(
    asked.filter((url) => url.endsWith('/runs/table')),
    [],
  )
  await web.client.runs.update({ run_id, status: 'FINISHED', end_time: start_time + 5_000 })
  await page
    .getByRole('row', { name: /going on/ })
    .getByTitle('Finished')
    .waitFor(soon)
})

test('runs are taken together by a param, and a group leads to its runs', async () => {
  const page = await runsPage('?group=params.depth')
  const groups = page.getByRole('region', { name: 'Groups of runs' })
  await groups.getByRole('row', { name: /second 1 / }).waitFor(soon)
  await groups.getByRole('button', { name: 'second' }).click()
  await page.getByLabel('Select second').waitFor(soon)
  assert.equal(await page.getByLabel('Filter of runs').inputValue(), "params.depth = 'second'")
})

test('a column is pinned and made wider, and a view with it is saved, opened and deleted', async () => {
  const page = await runsPage()
  await page.getByLabel('Select first').waitFor(soon)
  const edge = page.getByRole('separator', { name: 'Width of depth' })
  const before = Number(await edge.getAttribute('aria-valuenow'))
  await edge.focus()
  await page.keyboard.press('ArrowRight')
  await page.locator(`[aria-label="Width of depth"][aria-valuenow="${before + 16}"]`).waitFor(soon)
  await page.getByRole('button', { name: /^Columns/ }).click()
  await page.getByRole('button', { name: 'Pin params.depth' }).click()
  await page.locator('.head .pinned', { hasText: 'depth' }).waitFor(soon)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Views/ }).click()
  await page.getByLabel('Name of the view').fill('wide depth')
  await page.getByRole('button', { name: 'Save this view' }).click()
  await page.getByRole('link', { name: 'wide depth' }).waitFor(soon)
  const other = await runsPage()
  await other.getByRole('button', { name: /^Views/ }).click()
  await other.getByRole('link', { name: 'wide depth' }).click()
  await other.locator('.head .pinned', { hasText: 'depth' }).waitFor(soon)
  await other.getByRole('button', { name: 'Delete the view wide depth' }).click()
  await other.getByText('None is saved yet.').waitFor(soon)
})

test('all runs that a filter finds are exported, more than were loaded, with texts in full', async () => {
  const made = await web.client.experiments.create({ name: 'exported' })
  const long = 'x'.repeat(1_000)
  const create = async (at: number): Promise<void> => {
    const { run } = await web.client.runs.create({
      experiment_id: made.experiment_id,
      run_name: `run ${at}`,
      start_time: 1_700_000_000_000 + at,
    })
    await web.client.runs.logBatch({
      run_id: run.info.run_id,
      metrics: [{ key: 'loss', value: at, timestamp: 1, step: 0 }],
      params: [{ key: 'text', value: at === 0 ? long : String(at) }],
    })
  }
  for (let at = 0; at < EXPORTED; at += 30) await Promise.all(Array.from({ length: 30 }, (_, one) => create(at + one)))
  const page = await (await web.browser.newContext()).newPage()
  await page.goto(`${web.server.url}/#/experiments/${made.experiment_id}?filter=${encodeURIComponent('"metrics.loss < 530"')}`)
  await page.getByText(`${EXPORTED - 10} runs`).waitFor(soon)
  const file = async (kind: string): Promise<string[]> => {
    await page.getByRole('button', { name: /^Export/ }).click()
    const clicked = page.getByRole('button', { name: kind }).click()
    const [download] = await Promise.all([page.waitForEvent('download', soon), clicked])
    return readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split(/\r?\n/)
  }
  const csv = await file('CSV')
  assert.equal(csv[0], 'run_id,run_name,status,user_id,start_time,end_time,metrics.loss,params.text')
  assert.equal(csv.length, EXPORTED - 10 + 1)
  assert.ok(csv.at(-1)?.endsWith(`,0,${long}`))
  const lines = (await file('JSON Lines')).map((line) => JSON.parse(line))
  assert.equal(new Set(lines.map(({ run_id }) => run_id)).size, EXPORTED - 10)
  await page.getByLabel('Select run 529').check(soon)
  assert.equal((await file('JSON Lines')).length, 1)
})

test('what is wrong in a filter is underlined where it is, and told', async () => {
  const page = await runsPage()
  const field = page.getByLabel('Filter of runs')
  await field.fill("metrics.loss < 0.5 OR params.depth = 'first'")
  await field.press('Enter')
  await page.getByRole('alert').getByText('there is no OR').waitFor(soon)
  const mark = page.locator('.filter mark')
  assert.equal(await mark.textContent(), 'OR')
  const [marked, whole] = [await mark.boundingBox(), await field.boundingBox()]
  assert.ok(marked && whole && marked.x > whole.x + 100 && marked.y >= whole.y, JSON.stringify([marked, whole]))
  await field.fill('metrics.loss < 0.5')
  assert.equal(await mark.count(), 0)
})

test('/ leads from the grid to the filter, and ? shows the keys there too', async () => {
  const page = await runsPage()
  await page.getByLabel('Select first').focus(soon)
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor(soon)
  await page.keyboard.press('Escape')
  await page.getByLabel('Select first').focus(soon)
  await page.keyboard.press('/')
  assert.equal(await page.evaluate<string>('document.activeElement.getAttribute("aria-label")'), 'Filter of runs')
})

test('the filter is written by its completion: a name, a comparison, a state, what goes on, and a value that runs have', async () => {
  const page = await runsPage()
  await page.getByLabel('Select first').waitFor(soon)
  const field = page.getByLabel('Filter of runs')
  const list = page.getByRole('listbox', { name: 'What may come here' })
  const take = async (typed: string, offered: string): Promise<void> => {
    await field.pressSequentially(typed)
    await list.getByRole('option', { name: offered, exact: true }).waitFor(soon)
    while (
      (await page
        .locator('[role=option][aria-selected=true]')
        .textContent({ timeout: 100 })
        .catch(() => '')) !== offered
    )
      await field.press('ArrowDown')
    await field.press('Enter')
  }
  await take('status', 'attributes.status')
  await take('', '!=')
  await take("'fi", "'FINISHED'")
  await take('', 'AND')
  await take('dep', 'params.depth')
  await take('lik', 'LIKE')
  assert.equal(await field.inputValue(), "attributes.status != 'FINISHED' AND params.depth LIKE ")
  await field.pressSequentially("'sec%'")
  await field.press('Enter')
  await page.getByLabel('Select first').waitFor({ state: 'detached', ...soon })
  await page.getByLabel('Select second').waitFor(soon)
  await field.fill('')
  await take('dep', 'params.depth')
  await take('', '=')
  await take("'th", "'third'")
  await field.press('Enter')
  await page.getByLabel('Select second').waitFor({ state: 'detached', ...soon })
  await page.getByLabel('Select third').waitFor(soon)
})
