import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import type { BrowserContext } from 'playwright-core'
import { MillraceClient } from '../../packages/client/src/index.ts'
import { startMillrace } from '../server.ts'
import { fillAdministration, giveUpOn } from './fill-administration.ts'
import { HOSTILE } from './hostile.ts'
import { startedWeb } from './started.ts'
import { findingsOf, signIn, toast, undo, type Watched, watched } from './watched.ts'

const ADMIN = { username: 'admin', password: 'grey-otter-41-lantern' }
const soon = { timeout: 30_000 }
const WIDE = { width: 1280, height: 900 }
const NARROW_WIDTH = 390

let context: BrowserContext
let client: MillraceClient
let receiver: Server
let received = 0

const web = startedWeb({
  async start() {
    receiver = createServer((request, response) => {
      request.resume()
      received++
      response.end()
    })
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
    const allowed = ['--webhook-allowed-hosts', hookHost(), '--webhook-allowed-schemes', 'http,https']
    return startMillrace(['--auth', '--enable-workspaces', ...allowed], { env: { MILLRACE_ADMIN_PASSWORD: ADMIN.password } })
  },
  async fill({ server }) {
    client = new MillraceClient({ url: server.url, ...ADMIN })
    await fillAdministration(client, `http://${hookHost()}/hook`)
    context = await signedIn()
  },
})
after(() => receiver?.close())

const hookHost = (): string => `127.0.0.1:${(receiver.address() as AddressInfo).port}`

async function signedIn(): Promise<BrowserContext> {
  const first = await web.browser.newContext({ viewport: WIDE })
  const page = await first.newPage()
  await page.goto(`${web.server.url}/login`)
  await signIn(page, ADMIN)
  await page.getByRole('link', { name: 'Experiments', exact: true }).waitFor(soon)
  await page.close()
  return first
}

async function at(path: string, from: BrowserContext = context): Promise<Watched> {
  const one = await watched(from, web.server.url)
  await one.page.goto(`${web.server.url}/#${path}`)
  await one.page.locator('h1').first().waitFor(soon)
  await one.page
    .locator('[aria-busy="true"]')
    .first()
    .waitFor({ state: 'detached', ...soon })
  return one
}

const PAGES: readonly (readonly [path: string, shows: string | RegExp])[] = [
  ['/admin/users', 'ada'],
  ['/admin/groups', 'readers'],
  ['/admin/roles', 'reviewer'],
  ['/admin/tokens', 'nightly'],
  ['/admin/workspaces', 'Describe'],
  ['/admin/audit', /The chain of/],
  ['/admin/alerts', 'Tells of'],
  ['/admin/webhooks', 'chat'],
  ['/admin/quotas', 'the workspace team-a'],
  ['/admin/storage', 'Bring back'],
  ['/admin/health', 'Database and artifacts'],
  ['/models/churn', 'Rollouts'],
  ['/models/churn/versions/2', 'Where it serves'],
  ['/rollouts', /No process that serves/],
  ['/requests', 'Reject'],
  ['/prompts/greeting', 'Side by side'],
]

describe('the administration and the models, with something in every place', () => {
  for (const theme of ['light', 'dark'] as const) {
    test(`BR-08 BR-10 no error, no broken policy, nothing that runs, nothing that axe finds, ${theme}`, async () => {
      const one = await web.browser.newContext({ colorScheme: theme, viewport: WIDE, storageState: await context.storageState() })
      const found: string[] = []
      for (const [path, shows] of PAGES) {
        const { page, complaints } = await at(path, one)
        await page.locator('main').getByText(shows).first().waitFor(soon)
        found.push(...(await findingsOf(page)).map((one) => `${path}: ${one}`))
        if ((await page.evaluate(() => (globalThis as { ran?: number }).ran)) !== undefined) found.push(`${path}: text became a script`)
        found.push(...complaints.map((one) => `${path}: ${one}`))
        await page.setViewportSize({ ...WIDE, width: NARROW_WIDTH })
        const width = await page.evaluate<number>('document.documentElement.scrollWidth')
        if (width > NARROW_WIDTH) found.push(`${path} is ${width} wide`)
        await page.close()
      }
      await one.close()
      assert.deepEqual(found, [])
    })
  }
})

test('an account is made an admin and no longer one, shut out and let in again', async () => {
  const { page } = await at('/admin/users')
  await page.getByLabel('Search accounts by name').fill('ada')
  await page.getByRole('button', { name: 'Make an admin: ada' }).click()
  await undo(page, 'ada is an admin.')
  await page.getByRole('button', { name: 'Make an admin: ada' }).waitFor(soon)
  await page.getByRole('button', { name: 'Shut out: ada' }).click()
  await page.getByText('shut out', { exact: true }).waitFor(soon)
  await undo(page, /ada is shut out/)
  await page.getByRole('button', { name: 'Shut out: ada' }).waitFor(soon)
})

test('a group gets members and a role, is deleted, and comes back with them', async () => {
  const { page } = await at('/admin/groups')
  await page.getByLabel('Name of the new group').fill('writers')
  await page.getByRole('button', { name: 'Make a group' }).click()
  const card = page.locator('article', { hasText: 'writers' })
  await card.getByLabel('Add a member of writers').fill('ada')
  await card.getByRole('button', { name: 'Add' }).first().click()
  await card.getByRole('button', { name: 'Remove ada: a member of writers' }).waitFor(soon)
  await card.getByLabel('Add a role of writers').fill('reviewer')
  await card.getByRole('button', { name: 'Add' }).last().click()
  await card.getByRole('button', { name: 'Remove reviewer: a role of writers' }).waitFor(soon)
  await card.getByRole('button', { name: 'Delete the group writers' }).click()
  await undo(page, /The group writers is gone/)
  await card.getByRole('button', { name: 'Remove reviewer: a role of writers' }).waitFor(soon)
  const { group } = await client.groups.get({ name: 'writers' })
  assert.deepEqual([group.members, group.role_ids.length], [['ada'], 1])
})

test('a role is made, grants something, is given to a user, and its grant is taken back and restored', async () => {
  const { page } = await at('/admin/roles')
  await page.getByLabel('Name of the new role').fill('trainer')
  await page.getByRole('button', { name: 'Make a role' }).click()
  const card = page.locator('article', { hasText: 'trainer' })
  await card.getByLabel('Right that trainer is to grant').selectOption('EDIT')
  await card.getByRole('button', { name: 'Grant' }).click()
  await card.getByLabel('Right on experiment *').waitFor(soon)
  await card.getByRole('button', { name: 'Remove EDIT on experiment *' }).click()
  await undo(page, 'trainer grants EDIT no more.')
  await card.getByLabel('Right on experiment *').selectOption('MANAGE')
  await toast(page, 'trainer grants MANAGE now.').waitFor(soon)
  await card.getByLabel('Add a holder of trainer').fill('ada')
  await card.getByRole('button', { name: 'Add' }).click()
  await card.getByRole('button', { name: 'Remove ada: a holder of trainer' }).waitFor(soon)
  const { roles } = await client.users.rolesList({ username: 'ada' })
  const granted = roles.find(({ name }) => name === 'trainer')?.permissions.map(({ permission }) => permission)
  assert.deepEqual(granted, ['MANAGE'])
})

test('a token is ended by the second click, not by the first', async () => {
  const { page } = await at('/admin/tokens')
  await page.getByLabel('Search tokens').fill('to be ended')
  await page.getByRole('button', { name: 'End: the token to be ended of robot' }).click()
  await page.getByRole('button', { name: 'End for good: the token to be ended of robot' }).click()
  await toast(page, /lets nobody in/).waitFor(soon)
  const { tokens } = await client.call('GET /api/2.0/millrace/tokens/list', { all: true })
  assert.deepEqual(
    tokens.map(({ name }) => name).filter((name) => name === 'to be ended'),
    [],
  )
})

test('a workspace is made, described and deleted; one with something in it stays, and the page says why', async () => {
  const { page } = await at('/admin/workspaces')
  await page.getByLabel('Name of the new workspace').fill('team-z')
  await page.getByRole('button', { name: 'Make a workspace' }).click()
  await page.getByRole('button', { name: 'Describe team-z' }).click()
  await page.getByLabel('Description of team-z').fill('the last one')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('the last one').waitFor(soon)
  await page.getByRole('button', { name: 'Delete the workspace team-z' }).click()
  await undo(page, /team-z is gone/)
  await page.getByText('the last one').waitFor(soon)
  await page.getByRole('button', { name: 'Delete the workspace team-a' }).click()
  await page.locator('.toast.problem').waitFor(soon)
  await page.getByRole('heading', { name: 'team-a' }).waitFor(soon)
})

test('the audit log is filtered, its entries opened, and what is found exported', async () => {
  const { page } = await at('/admin/audit')
  await page.getByText(/✓ The chain of \d+ entries is whole/).waitFor(soon)
  await page.getByLabel('What was done').selectOption({ label: 'groups' })
  const table = page.getByRole('region', { name: 'Audit log' })
  const other = table.getByRole('row', { name: /registered-models/ }).first()
  await other.waitFor({ state: 'detached', ...soon })
  await table.getByRole('button').first().click()
  await table.getByText('POST /api/2.0/millrace/groups', { exact: true }).waitFor(soon)
  const clicked = page.getByRole('button', { name: 'Export as JSON Lines' }).click()
  const [download] = await Promise.all([page.waitForEvent('download', soon), clicked])
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n')
  assert.ok(lines.length > 0 && lines.every((line) => JSON.parse(line).action === 'POST /api/2.0/millrace/groups'))
})

test('a webhook is made and rests; what was given up is sent again, and arrives', async () => {
  const { page } = await at('/admin/webhooks')
  await page.getByRole('button', { name: 'New webhook' }).click()
  await page.getByLabel('Name of the webhook').fill('made-here')
  await page.getByLabel('Address that is called').fill('https://example.com/hook')
  await page.getByLabel('model version created').check()
  await page.getByRole('button', { name: 'Make the webhook' }).click()
  await page.getByRole('button', { name: 'Rest: made-here' }).click()
  await undo(page, /made-here rests/)
  await page.getByRole('button', { name: 'Send an example: chat' }).click()
  await toast(page, /chat took an example/).waitFor(soon)
  const before = received
  giveUpOn(web.server, 'chat')
  await page.getByRole('button', { name: 'Undelivered: chat' }).click()
  await page.getByText('the receiver answered 500').waitFor(soon)
  await page.getByRole('button', { name: 'Send again: registered_model.created' }).click()
  await page.getByText('Everything that was sent has arrived').waitFor(soon)
  for (const deadline = Date.now() + soon.timeout; received === before && Date.now() < deadline; ) await page.waitForTimeout(100)
  assert.equal(received, before + 1)
})

test('what is in the trash is measured and brought back', async () => {
  const { page } = await at('/admin/storage')
  await page.getByRole('button', { name: 'Measure', exact: true }).click()
  await page.getByText(/in all$/).waitFor(soon)
  await page.getByLabel('What was deleted').selectOption({ label: 'at any time' })
  await page.getByRole('button', { name: 'What would emptying free?' }).click()
  await page.getByText(/Emptying removes 1 experiment, 3 runs and 1 logged model for good/).waitFor(soon)
  await page.getByRole('button', { name: `Bring back the experiment ${HOSTILE}` }).click()
  await undo(page, /is back/)
  await page.getByRole('button', { name: 'Bring back the run stale 1' }).click()
  await toast(page, '“stale 1” is back.').waitFor(soon)
  await page.getByRole('button', { name: 'Bring back the logged model stale-net' }).click()
  await toast(page, '“stale-net” is back.').waitFor(soon)
  const { runs, logged_models } = await client.call('GET /api/2.0/millrace/trash/list', {})
  assert.deepEqual([runs, logged_models], [1, 0])
})

test('a rollout is started, taken back, started again, paused, and rolled back with a reason that stays', async () => {
  const { page } = await at('/models/steps')
  await page.getByLabel('Reason for the rollout').fill('better on the tests')
  await page.getByRole('button', { name: 'Roll out', exact: true }).click()
  await undo(page, /begins to answer for @live/)
  await page.getByText('called off').first().waitFor(soon)
  await page.getByRole('button', { name: 'Roll out', exact: true }).click()
  await page.getByText('going on').waitFor(soon)
  const reason = page.getByLabel('Reason, for the rollout of version 2 to live')
  await reason.fill('lunch')
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.locator('.status', { hasText: 'paused' }).waitFor(soon)
  await reason.fill('people complain')
  await page.getByRole('button', { name: 'Roll back' }).click()
  await page.locator('.status', { hasText: 'rolled back' }).waitFor(soon)
  await page.getByText('people complain').first().waitFor(soon)
})

test('an alias that a policy protects says what is missing; one that is free is set and taken away, with a way back', async () => {
  const { page } = await at('/models/steps')
  await page.getByLabel('Alias', { exact: true }).fill('champion')
  await page.getByText('A policy protects @champion.').waitFor(soon)
  await page.getByLabel('Alias', { exact: true }).fill('try')
  await page.getByRole('button', { name: 'Set the alias' }).click()
  await page.getByText('@try → version 2').waitFor(soon)
  await page.getByRole('button', { name: 'Take the alias try away' }).click()
  await undo(page, '@try means nothing any more.')
  await page.getByText('@try → version 2').waitFor(soon)
})

test('keys lead to the search, from row to row, to pages, and to a list of themselves', async () => {
  const { page } = await at('/admin/tokens')
  const focused = (): Promise<string> => page.evaluate<string>('document.activeElement?.getAttribute("aria-label") ?? ""')
  await page.keyboard.press('/')
  assert.equal(await focused(), 'Search tokens')
  await page.locator('h1').click()
  await page.keyboard.press('j')
  const first = await focused()
  await page.keyboard.press('j')
  assert.notEqual(await focused(), first)
  await page.keyboard.press('k')
  assert.equal(await focused(), first)
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor(soon)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('server health')
  await page.keyboard.press('Enter')
  await page.getByText('Database and artifacts').waitFor(soon)
})
