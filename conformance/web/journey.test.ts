import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator } from 'playwright-core'
import { MillraceClient, registerPrompt, startTrace } from '../../packages/client/src/index.ts'
import { startMillrace } from '../server.ts'
import { startedWeb } from './started.ts'
import { signIn, undo } from './watched.ts'

const ADMIN = { username: 'admin', password: 'grey-otter-41-lantern' }
const ADA = { username: 'ada', password: 'violet-harbour-7-kettle' }

const web = startedWeb({ start: () => startMillrace(['--auth'], { env: { MILLRACE_ADMIN_PASSWORD: ADMIN.password } }) })

const soon = { timeout: 30_000 }

/** One more version of churn, logged and registered by the client's user. */
async function registerChurn(client: MillraceClient): Promise<void> {
  const { experiment_id } = await client.experiments.create({ name: `churn ${Date.now()}` })
  const { run } = await client.runs.create({ experiment_id })
  const { run_id } = run.info
  await client.uploadArtifact({ run_id }, 'model/MLmodel', new TextEncoder().encode(`flavors: {}\nrun_id: ${run_id}\n`))
  await client.modelVersions.create({ name: 'churn', source: `runs:/${run_id}/model`, run_id })
}

test('sign in, make an account, ask for @champion, have somebody else approve it, set it, sign out', async () => {
  const admin = await (await web.browser.newContext()).newPage()
  await admin.goto(`${web.server.url}/#/admin`)
  await signIn(admin, ADMIN)
  await admin.getByRole('heading', { name: 'Administration' }).waitFor(soon)
  await admin.getByLabel('User name').fill(ADA.username)
  await admin.getByLabel('Password').fill(ADA.password)
  await admin.getByRole('button', { name: 'Make an account' }).click()
  await admin.getByRole('cell', { name: 'ada', exact: true }).waitFor(soon)

  const client = new MillraceClient({ url: web.server.url, ...ADA })
  await client.registeredModels.create({ name: 'churn' })
  await registerChurn(client)

  const ada = await (await web.browser.newContext()).newPage()
  await ada.goto(`${web.server.url}/#/models/churn`)
  await signIn(ada, ADA)
  await ada.getByRole('heading', { name: 'churn' }).waitFor(soon)
  await ada.getByLabel('Alias', { exact: true }).fill('champion')
  await ada.getByRole('button', { name: 'Set the alias' }).click()
  // Said in a message, and listed as soon as the page has asked again.
  await ada
    .getByText(/request pr-/i)
    .first()
    .waitFor(soon)

  await admin.goto(`${web.server.url}/#/requests`)
  await admin.getByLabel('Reason, for churn version 1').fill('looked at its metrics')
  await admin.getByRole('button', { name: 'Approve' }).click()
  await admin.getByText('approved, not yet used').waitFor(soon)

  await ada.getByLabel('Alias', { exact: true }).fill('champion')
  await ada.getByRole('button', { name: 'Set the alias' }).click()
  await ada.getByText('@champion → version 1').waitFor(soon)
  assert.equal((await client.registeredModels.getByAlias({ name: 'churn', alias: 'champion' })).model_version.version, '1')

  await ada.getByRole('link', { name: 'ada', exact: true }).click()
  await ada.getByRole('button', { name: 'Sign out' }).click()
  await ada.getByRole('button', { name: 'Sign in' }).waitFor(soon)
})

test('a request is rejected with a reason, and an alias that was moved goes back in one step', async () => {
  const client = new MillraceClient({ url: web.server.url, ...ADA })
  await registerChurn(client)
  const [ada, admin] = [await (await web.browser.newContext()).newPage(), await (await web.browser.newContext()).newPage()]
  await ada.goto(`${web.server.url}/#/models/churn`)
  await signIn(ada, ADA)
  await admin.goto(`${web.server.url}/#/requests`)
  await signIn(admin, ADMIN)
  await admin.getByRole('link', { name: 'admin', exact: true }).waitFor(soon)
  const ask = async (): Promise<void> => {
    await ada.getByLabel('Alias', { exact: true }).fill('champion')
    await ada.getByLabel('Version', { exact: true }).selectOption('2')
    await ada.getByRole('button', { name: 'Set the alias' }).click()
  }
  const answer = async (reason: string, button: string, then: string): Promise<void> => {
    await admin.reload()
    await admin.getByLabel('Reason, for churn version 2').fill(reason)
    await admin.getByRole('button', { name: button }).click()
    await admin.getByText(then, { exact: true }).first().waitFor(soon)
  }
  const champion = async () => (await client.registeredModels.getByAlias({ name: 'churn', alias: 'champion' })).model_version.version

  await ask()
  await ada
    .getByText(/Request pr-\S+ is open/i)
    .first()
    .waitFor(soon)
  await answer('no test data', 'Reject', 'rejected')
  assert.equal(await champion(), '1')
  await answer('the test data came', 'Approve after all', 'approved, not yet used')
  await ask()
  await ada.getByText('@champion → version 2').waitFor(soon)

  await admin.goto(`${web.server.url}/#/models/churn`)
  await admin.getByLabel('Reason for going back').fill('more complaints')
  await admin.getByRole('button', { name: 'Roll back' }).click()
  await admin.getByText('@champion → version 1').waitFor(soon)
  assert.equal(await champion(), '1')
  await admin.getByRole('cell', { name: 'more complaints' }).waitFor(soon)
})

test('a link to a run leads there after signing in; a token that the page made works in a client', async () => {
  const page = await (await web.browser.newContext()).newPage()
  const client = new MillraceClient({ url: web.server.url, ...ADMIN })
  const { experiment_id } = await client.experiments.create({ name: 'linked' })
  const { run } = await client.runs.create({ experiment_id, run_name: 'the linked run' })
  await page.goto(`${web.server.url}/#/experiments/${experiment_id}/runs/${run.info.run_id}`)
  await signIn(page, ADMIN)
  await page.getByRole('heading', { name: 'the linked run' }).waitFor(soon)
  await page.goto(`${web.server.url}/#/account`)
  await page.getByLabel('What the token is for').fill('a test')
  await page.getByRole('button', { name: 'Make a token' }).click()
  const token = await page.locator('.card pre').textContent(soon)
  const byToken = new MillraceClient({ url: web.server.url, token: token ?? '' })
  assert.equal((await byToken.experiments.get({ experiment_id })).experiment.name, 'linked')
})

test('an alert is made, deleted and comes back; a quota is set, changed and taken back', async () => {
  const client = new MillraceClient({ url: web.server.url, ...ADMIN })
  await client.webhooks.create({ name: 'chat', url: 'https://example.com/hook', events: [{ entity: 'PROMPT', action: 'CREATED' }] })
  const page = await (await web.browser.newContext()).newPage()
  await page.goto(`${web.server.url}/#/admin/alerts`)
  await signIn(page, ADMIN)
  await page.getByLabel('Name of the new alert').fill('guesses')
  await page.getByLabel('How many entries').fill('5')
  await page.getByRole('button', { name: 'Make an alert' }).click()
  const alert = page.getByRole('row', { name: /^guesses 5 × login, failed, of one user, within 1 min 00 s chat / })
  await alert.getByRole('button', { name: 'Delete the alert guesses' }).click()
  await undo(page, 'The alert guesses is gone.')
  await alert.waitFor(soon)
  await page.getByRole('link', { name: 'Quotas' }).click()
  await page.getByLabel('Requests a second').fill('50')
  await page.getByRole('button', { name: 'Set the quota' }).click()
  const each = page.getByRole('row', { name: /^each account without one of its own/ })
  await each.getByRole('cell', { name: '50', exact: true }).waitFor(soon)
  await each.getByRole('button', { name: /^Change/ }).click()
  await page.getByLabel('Uploads at a time').fill('4')
  await page.getByRole('button', { name: 'Set the quota' }).click()
  await each.getByRole('cell', { name: '4', exact: true }).waitFor(soon)
  await each.getByRole('button', { name: /^Take back/ }).click()
  await undo(page, /each account without one of its own is taken back/)
  await each.getByRole('cell', { name: '4', exact: true }).waitFor(soon)
  const { quotas } = await client.call('GET /api/2.0/millrace/quotas/list', {})
  assert.deepEqual(
    quotas.filter(({ scope }) => scope === 'user'),
    [{ scope: 'user', requests_per_second: 50, concurrent_uploads: 4 }],
  )
})

test('prompts are found by name; versions stand beside others, in one text, and under an alias that is set and taken back', async () => {
  const client = new MillraceClient({ url: web.server.url, ...ADMIN })
  for (const template of ['Hello {{ name }}', 'Hello {{ name }} and {{ others }}', 'Dear {{ name }}'])
    await registerPrompt(client, { name: 'welcome', template })
  await registerPrompt(client, { name: 'farewell', template: 'Bye' })
  const page = await (await web.browser.newContext()).newPage()
  await page.goto(`${web.server.url}/#/prompts`)
  await signIn(page, ADMIN)
  await page.getByRole('link', { name: 'farewell', exact: true }).waitFor(soon)
  await page.getByLabel('Search prompts by name').fill('WELC')
  await page.getByRole('link', { name: 'farewell', exact: true }).waitFor({ state: 'detached', ...soon })
  await page.getByRole('link', { name: 'welcome', exact: true }).click()
  await page.getByRole('region', { name: 'Version 2 beside version 3' }).waitFor(soon)
  await page.getByRole('combobox', { name: /^beside/ }).selectOption('1')
  await page.getByRole('region', { name: 'Version 1 beside version 3' }).waitFor(soon)
  await page.getByRole('button', { name: 'In one' }).click()
  await page.getByRole('region', { name: 'What changed from version 1 to 3' }).waitFor(soon)
  await page.getByLabel('Alias', { exact: true }).fill('newest')
  await page.getByRole('button', { name: 'Set the alias' }).click()
  await undo(page, '@newest now means version 3.')
  await page.getByText('@newest → version 3').waitFor({ state: 'detached', ...soon })
})

test('traces are filtered by state, by how long they took, and by the language', async () => {
  const client = new MillraceClient({ url: web.server.url, ...ADMIN })
  const { experiment_id } = await client.experiments.create({ name: 'traced' })
  for (const name of ['goes well', 'goes wrong']) {
    const trace = startTrace(client, { name, experiment_id })
    await trace.end(name === 'goes wrong' ? { error: new Error('no') } : {})
  }
  const page = await (await web.browser.newContext()).newPage()
  await page.goto(`${web.server.url}/#/experiments/${experiment_id}?tab=traces`)
  await signIn(page, ADMIN)
  const [well, wrong] = ['goes well', 'goes wrong'].map((name) => page.getByRole('link', { name, exact: true })) as [Locator, Locator]
  await well.waitFor(soon)
  await page.getByLabel('Status', { exact: true }).selectOption('ERROR')
  await well.waitFor({ state: 'detached', ...soon })
  await wrong.waitFor(soon)
  await page.getByLabel('Latency').selectOption({ label: 'over 30.0 s' })
  await page.getByText('No trace is found by this filter.').waitFor(soon)
  await page.getByLabel('Status', { exact: true }).selectOption('')
  await page.getByLabel('Latency').selectOption({ label: 'any latency' })
  await page.getByLabel('Filter of traces').fill("trace.name = 'goes well'")
  await page.getByLabel('Filter of traces').press('Enter')
  await wrong.waitFor({ state: 'detached', ...soon })
  await well.waitFor(soon)
})
