import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { giveUpOn, registerTwice } from './fill-administration.ts'
import { startedWeb } from './started.ts'
import { toast } from './watched.ts'

const soon = { timeout: 30_000 }

const web = startedWeb()

const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name, exact: true })

/** What comes of it shows on the page: two of these in turn leave two messages that read alike. */
const undo = (page: Page, text: string): Promise<void> => toast(page, text).getByRole('button', { name: 'Undo' }).click(soon)

/** Renames, describes and tags what a page is about, and takes a tag off, with a way back. */
async function change(page: Page, from: string, to: string): Promise<void> {
  const rename = async (): Promise<void> => {
    await button(page, 'Rename').click(soon)
    await page.getByLabel('New name').fill(to)
    await button(page, 'Save').click()
    await page.getByRole('heading', { name: to }).waitFor(soon)
  }
  await rename()
  await undo(page, `It is called “${to}”.`)
  await page.getByRole('heading', { name: from }).waitFor(soon)
  await rename()
  await button(page, 'Add a description').click()
  await page.getByLabel('Description, in Markdown').fill('It *ends* early.')
  await button(page, 'Save').click()
  await page.locator('em', { hasText: 'ends' }).waitFor(soon)
  await button(page, 'Add a tag').click()
  await page.getByLabel('Name of the tag').fill('team')
  await page.getByLabel('Value of the tag').fill('red')
  await button(page, 'Save').click()
  await button(page, 'Remove the tag team').click(soon)
  await button(page, 'Remove the tag team').waitFor({ state: 'detached', ...soon })
  await undo(page, 'The tag team is gone.')
  await button(page, 'Remove the tag team').waitFor(soon)
}

test('an experiment is made, renamed, described, tagged, deleted, and comes back', async () => {
  const page = await web.opened('/experiments')
  await button(page, 'New experiment').click(soon)
  await page.getByLabel('Name of the new experiment').fill('Default')
  await button(page, 'Create').click()
  await page
    .getByRole('alert')
    .getByText(/exists/)
    .waitFor(soon)
  await page.getByLabel('Name of the new experiment').fill('autumn')
  await button(page, 'Create').click()
  await page.getByRole('heading', { name: 'autumn' }).waitFor(soon)
  await change(page, 'autumn', 'winter')
  const { experiment } = await web.client.experiments.getByName({ experiment_name: 'winter' })
  assert.deepEqual(
    experiment.tags.map(({ key, value }) => `${key}: ${value}`),
    ['mlflow.note.content: It *ends* early.', 'team: red'],
  )
  await page.getByRole('link', { name: 'Experiments', exact: true }).first().click()
  await button(page, 'Delete winter').click(soon)
  await button(page, 'Delete winter').waitFor({ state: 'detached', ...soon })
  await undo(page, '“winter” is in the trash.')
  await button(page, 'Delete winter').click()
  await button(page, 'Delete winter').waitFor({ state: 'detached', ...soon })
  await page.getByLabel('In the trash').check()
  await button(page, 'Bring back winter').click(soon)
  await page.getByText('The trash is empty.').waitFor(soon)
  assert.equal((await web.client.experiments.get({ experiment_id: experiment.experiment_id })).experiment.lifecycle_stage, 'active')
})

test('a run is renamed, described and tagged', async () => {
  const { run } = await web.client.runs.create({ experiment_id: '0', run_name: 'slow-owl' })
  const { run_id } = run.info
  const page = await web.opened(`/experiments/0/runs/${run_id}`)
  await page.getByRole('heading', { name: 'slow-owl' }).waitFor(soon)
  await change(page, 'slow-owl', 'fast-owl')
  const { info, data } = (await web.client.runs.get({ run_id })).run
  assert.equal(info.run_name, 'fast-owl')
  assert.equal(data.tags.find(({ key }) => key === 'team')?.value, 'red')
})

test('what was given up is sent again as a whole; a webhook is deleted by the second click', async () => {
  await web.client.call('POST /api/2.0/mlflow/webhooks', {
    name: 'chat',
    url: 'https://example.com/hook',
    events: [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }],
  })
  giveUpOn(web.server, 'chat')
  const page = await web.opened('/admin/webhooks')
  await button(page, 'Undelivered: chat').click(soon)
  await button(page, 'Send all again').click(soon)
  await page.getByText('Everything that was sent has arrived').waitFor(soon)
  await button(page, /^Delete: the webhook chat/).click()
  await button(page, /^Delete for good: the webhook chat/).click()
  await toast(page, 'chat is deleted.').waitFor(soon)
  assert.deepEqual((await web.client.call('GET /api/2.0/mlflow/webhooks', {})).webhooks, [])
})

test('a rollout goes on before its time, and is called off; its version answers nothing any more', async () => {
  await registerTwice(web.client, 'churn')
  await web.client.call('POST /api/2.0/millrace/rollouts/start', { name: 'churn', alias: 'live', version: '2', reason: 'a test' })
  const page = await web.opened('/models/churn')
  const reason = page.getByLabel('Reason, for the rollout of version 2 to live')
  await reason.fill('all is well')
  const typed = Promise.withResolvers<void>()
  await page.route('**/rollouts/promote', (route) => typed.promise.then(() => route.continue()))
  await button(page, 'Next step now').click(soon)
  await reason.fill('another day')
  typed.resolve()
  await toast(page, '@live goes on to the next step.').waitFor(soon)
  await page.getByText('all is well').first().waitFor(soon)
  // What was typed before the answer came stays.
  await button(page, 'Call off').click()
  await page.locator('.status', { hasText: 'called off' }).waitFor(soon)
  assert.equal((await web.client.registeredModels.getByAlias({ name: 'churn', alias: 'live' })).model_version.version, '1')
})
