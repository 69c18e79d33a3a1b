import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Download, Page } from 'playwright-core'
import { anAudit, anInventory } from './fill-kept.ts'
import { HOSTILE } from './hostile.ts'
import { startedWeb } from './started.ts'

const MANY = 20_000
const soon = { timeout: 30_000 }

const web = startedWeb()

async function saved(page: Page, press: string): Promise<{ name: string; text: string }> {
  await page.getByRole('button', { name: /^Export/ }).click()
  const [download]: [Download, unknown] = await Promise.all([
    page.waitForEvent('download', soon),
    page.getByRole('button', { name: press }).click(),
  ])
  await page.keyboard.press('Escape')
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') }
}

test('where nothing is kept yet, the pages teach the commands, with this server’s address', async () => {
  const page = await web.opened('/inventory')
  await page.getByText(`millrace inventory /srv/models ~/work --server ${web.server.url} --keep`).waitFor(soon)
  assert.equal(await page.getByRole('button', { name: /^Copy/ }).count(), 3)
  await page.getByRole('link', { name: 'Logged, never registered' }).click()
  await page.getByText('Every model that a run logged is registered').waitFor(soon)
  await page.getByRole('link', { name: 'In use, something missing' }).click()
  await page.getByText('Each version in use has a clean scan').waitFor(soon)
  await page.getByRole('link', { name: 'Audits' }).click()
  await page.getByText(`millrace audit . --keep --tracking-uri ${web.server.url}`).waitFor(soon)
  await page.goto(`${web.server.url}/#/audits/au-none`)
  await page.getByText("There is no audit 'au-none'").waitFor(soon)
})

test('of a long inventory only the rows in sight exist; it is filtered, searched, put in an order and exported whole', async () => {
  const id = await anInventory(web.client, 'laptops', MANY)
  const page = await web.opened('/inventory')
  const grid = page.getByRole('grid', { name: 'Models' })
  await page.getByText('20,000 models').waitFor(soon)
  assert.ok((await grid.getByRole('row').count()) < 80)
  await grid.evaluate((element) => {
    const scroller = element as unknown as { scrollTop: number; scrollHeight: number }
    scroller.scrollTop = scroller.scrollHeight
  })
  await grid.locator('.status.good').first().waitFor(soon)
  await page.getByRole('button', { name: 'Size' }).click()
  await grid.getByText('19 MiB').first().waitFor(soon)
  assert.match(page.url(), /order=bytes/)
  await page.getByRole('searchbox').fill('team-3/')
  await page.getByRole('button', { name: /^malicious/ }).click()
  const models: { status: string; where: string; bytes: number }[] = JSON.parse((await saved(page, 'JSON, for programs')).text)
  assert.ok(models.length > 100 && models.every(({ status, where }) => status === 'malicious' && where.includes('team-3/')))
  assert.deepEqual(
    models.map(({ bytes }) => bytes),
    models.map(({ bytes }) => bytes).toSorted((a, b) => b - a),
  )
  await page.getByRole('button', { name: /^all/ }).click()
  await page.getByRole('searchbox').fill('')
  await page.getByText('20,000 models').waitFor(soon)
  const csv = await saved(page, 'CSV, for spreadsheets')
  assert.equal(csv.name, `${id}.csv`)
  assert.equal(csv.text.split('\r\n').length, MANY + 2)
  assert.match(csv.text, /^status,where,kind,bytes,owner,sha256,versions,known_in,scan,findings\r\n/)
  await page.getByRole('button', { name: '1 file could not be read.' }).click()
  await page.getByText(`/srv/${HOSTILE}: ${HOSTILE}`).waitFor(soon)
  await page.getByRole('button', { name: /^Delete: / }).click()
  await page.getByRole('button', { name: /^Delete for good/ }).click()
  await page.getByText('No inventory is kept here yet').waitFor(soon)
})

test('the server audits its registry from the page, and the report is taken in each format', async () => {
  const { experiment_id } = await web.client.experiments.create({ name: 'e' })
  const { run_id } = (await web.client.runs.create({ experiment_id })).run.info
  await web.client.uploadArtifact({ run_id }, 'model/MLmodel', new TextEncoder().encode('flavors: {}'))
  await web.client.registeredModels.create({ name: 'churn' })
  await web.client.modelVersions.create({ name: 'churn', source: `runs:/${run_id}/model`, run_id })
  await web.client.registeredModels.setAlias({ name: 'churn', alias: 'live', version: '1' })
  const page = await web.opened('/audits')
  await page.getByRole('button', { name: 'Audit the registry now' }).click()
  await page.getByRole('heading', { name: /registry of workspace default/ }).waitFor(soon)
  await page.getByText('MEDIUM · Warn').waitFor(soon)
  await page.getByText('Places of production that no rule of the policy protects').waitFor(soon)
  for (const [press, name, begins] of [
    ['HTML, one page', /\.html$/, /^<!doctype html>/],
    ['Markdown', /\.md$/, /^# Audit of registry of workspace default/],
    ['SARIF, for code hosts', /\.sarif$/, /^\{\n {2}"\$schema": "https:\/\/json\.schemastore\.org\/sarif-2\.1\.0\.json"/],
    ['JSON, for programs', /\.json$/, /^\{\n {2}"auditor": "millrace"/],
  ] as const) {
    const file = await saved(page, press)
    assert.match(file.name, name)
    assert.match(file.text, begins)
  }
  await page.getByRole('link', { name: 'churn, version 1' }).first().click()
  await page.getByText('not signed').first().waitFor(soon)
})

test('an audit shows what is new and gone, by weight and text; others’ texts stay text', async () => {
  await anAudit(web.client, 'kit', 4)
  const id = await anAudit(web.client, 'kit', 40)
  const page = await web.opened('/audits')
  await page.getByLabel('What was audited').selectOption('folder')
  await page.getByRole('searchbox').fill('KIT')
  await page.getByRole('link', { name: 'kit' }).first().click()
  await page.getByRole('button', { name: 'open 40' }).waitFor(soon)
  await page.getByRole('button', { name: 'new since the one before 36' }).click()
  await page.getByRole('button', { name: 'gone since 0' }).click()
  await page.getByText('Nothing is gone since the audit before.').waitFor(soon)
  await page.getByRole('button', { name: 'open 40' }).click()
  await page.getByLabel('Weight').selectOption('low')
  await page.getByRole('searchbox').fill('number-3')
  await page.getByText('rule/number-3').first().waitFor(soon)
  await page
    .getByText('rule/number-0')
    .first()
    .waitFor({ state: 'detached', ...soon })
  assert.equal(page.url(), `${web.server.url}/#/audits/${id}?weight=low&search=number-3`)
  assert.equal(await page.evaluate(() => (globalThis as { ran?: number }).ran), undefined)
  await page.getByRole('button', { name: /^Delete: / }).click()
  await page.getByRole('button', { name: /^Delete for good/ }).click()
  await page.getByRole('heading', { name: 'Audits' }).waitFor(soon)
})
