import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { freePort } from '../tools/test/free-port.ts'
import { startChromium } from './browser.ts'
import { type IdentityProvider, startIdentityProvider } from './identity-provider.ts'
import { type StartedServer, startMillrace } from './server.ts'

const PASSWORD = 'grey-otter-41-lantern'
const BASIC = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`

let idp: IdentityProvider
let server: StartedServer
let browser: Browser

before(
  async () => {
    const port = await freePort()
    idp = await startIdentityProvider(`http://127.0.0.1:${port}/login/oidc/callback`)
    const oidc = ['--oidc-issuer', idp.issuer, '--oidc-client-id', idp.client_id, '--oidc-name', 'Example', '--oidc-admin-groups', 'bosses']
    server = await startMillrace(['--auth', ...oidc, '--oidc-scopes', 'openid profile groups'], {
      env: { MILLRACE_ADMIN_PASSWORD: PASSWORD, MILLRACE_OIDC_CLIENT_SECRET: idp.client_secret },
      port,
    })
    browser = await startChromium()
  },
  // A browser may have to be installed.
  { timeout: 600_000 },
)
after(async () => {
  await browser?.close()
  assert.equal(await server.stop(), 0)
  await idp.stop()
})

/** A page of a browser of its own, and what its console complained of. */
async function newPage(): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext()
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return { page, complaints }
}

/** Goes the whole way through the provider as somebody. */
async function comeFromProvider(page: Page, name: string): Promise<void> {
  await page.goto(`${server.url}/docs/api`)
  await page.getByRole('link', { name: 'Sign in with Example' }).click()
  await page.locator('input[name=login]').fill(name)
  await page.locator('input[name=password]').fill('anything')
  await page.locator('button[type=submit]').click()
  await page.waitForSelector('form [value=consent]', { state: 'attached' })
  await page.locator('button[type=submit]').click()
  await page.waitForURL((url) => url.origin === server.url)
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads the answer's JSON as it expects it
type Answered = Promise<{ status: number; body: any }>

/** Calls the server from a script of the page. */
const call = (page: Page, method: string, path: string, body?: object, headers: Record<string, string> = {}): Answered =>
  page.evaluate(
    async ([method, path, body, headers]) => {
      const answer = await fetch(path as string, {
        method: method as string,
        headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...(headers as Record<string, string>) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      return { status: answer.status, body: await answer.json().catch(() => undefined) }
    },
    [method, path, body, headers] as const,
  )
const current = (page: Page) => call(page, 'GET', '/api/2.0/millrace/sessions/current')

// biome-ignore lint/suspicious/noExplicitAny: as above
async function asAdmin(method: string, path: string, body?: object): Promise<any> {
  const headers = { authorization: BASIC, 'content-type': 'application/json' }
  const answer = await fetch(`${server.url}/api/2.0/${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  assert.equal(answer.status, 200, path)
  return answer.json()
}

test('BR-12 AU-04 Chromium signs in by the form, writes with the token of the page and not without, and signs out', async () => {
  const { page, complaints } = await newPage()
  await page.goto(`${server.url}/docs/api?x=1`)
  assert.equal(new URL(page.url()).pathname, '/login')
  await page.getByLabel('User name').fill('admin')
  await page.getByLabel('Password').fill('wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('do not belong together').waitFor()
  await page.getByLabel('User name').fill('admin')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${server.url}/docs/api?x=1`)
  const { body } = await current(page)
  assert.equal(body.username, 'admin')
  assert.equal(await page.evaluate('document.cookie'), '', 'no script reads the cookie')
  const create = (headers: Record<string, string>) =>
    call(page, 'POST', '/api/2.0/mlflow/experiments/create', { name: 'by a page' }, headers)
  assert.equal((await create({})).status, 403)
  assert.equal((await create({ 'x-millrace-csrf': body.csrf_token })).status, 200)
  assert.deepEqual(
    complaints.filter((one) => /Content Security Policy|Refused/.test(one)),
    [],
  )
  const out = await call(page, 'POST', '/logout', undefined, { 'x-millrace-csrf': body.csrf_token })
  assert.equal(out.status, 200)
  assert.equal((await current(page)).status, 401)
  await page.goto(`${server.url}/docs/api`)
  assert.equal(new URL(page.url()).pathname, '/login')
})

test('a person of an identity provider signs in there, has the groups that it tells, and comes back to where they were going', async () => {
  await asAdmin('POST', 'millrace/groups', { name: 'ml' })
  const members = async () => (await asAdmin('GET', 'millrace/groups/ml')).group.members
  idp.groups.set('alice', ['ml', 'not here'])
  const first = await newPage()
  await comeFromProvider(first.page, 'alice')
  assert.equal(new URL(first.page.url()).pathname, '/docs/api')
  const { body } = await current(first.page)
  assert.deepEqual([body.username, body.is_admin], ['alice', false])
  assert.deepEqual(await members(), ['alice'])
  const sessions = (await asAdmin('GET', 'millrace/sessions/list?username=alice')).sessions
  assert.deepEqual([sessions.length, sessions[0].method], [1, idp.issuer])

  idp.groups.set('alice', ['bosses'])
  const second = await newPage()
  await comeFromProvider(second.page, 'alice')
  assert.equal((await current(second.page)).body.is_admin, true)
  assert.deepEqual(await members(), [])
  idp.groups.set('alice', [])
  const third = await newPage()
  await comeFromProvider(third.page, 'alice')
  assert.deepEqual([(await current(third.page)).body.username, (await current(second.page)).body.is_admin], ['alice', false])
})

test('a person whom the provider calls by a name that is taken does not get that account, nor does one who is shut out', async () => {
  const { page } = await newPage()
  await comeFromProvider(page, 'admin')
  assert.equal(new URL(page.url()).search, '?problem=unknown')
  const names = (await page.context().cookies(server.url)).map(({ name }) => name)
  assert.deepEqual(
    names.filter((name) => /^millrace-\d+$/.test(name)),
    [],
  )
  const bob = await newPage()
  await comeFromProvider(bob.page, 'bob')
  assert.equal((await current(bob.page)).body.username, 'bob')
  await asAdmin('PATCH', 'millrace/users/update-disabled', { username: 'bob', disabled: true })
  assert.equal((await current(bob.page)).status, 401)
  const again = await newPage()
  await comeFromProvider(again.page, 'bob')
  assert.equal(new URL(again.page.url()).search, '?problem=unknown')
})

test('the way back from the provider works in the browser in which it began, with its state, and once', async () => {
  const begun = await fetch(`${server.url}/login/oidc?next=/docs/api`, { redirect: 'manual' })
  assert.equal(begun.status, 303)
  const asked = new URL(begun.headers.get('location') as string)
  const { state, nonce, code_challenge, code_challenge_method, response_type } = Object.fromEntries(asked.searchParams)
  for (const one of [state, nonce, code_challenge]) assert.match(String(one), /^[\w-]{43}$/)
  assert.equal(new Set([state, nonce, code_challenge]).size, 3)
  assert.deepEqual([code_challenge_method, response_type], ['S256', 'code'])
  const cookie = String(begun.headers.get('set-cookie')).split(';')[0] as string
  const back = async (query: string, headers: Record<string, string> = {}): Promise<string | null> => {
    const answer = await fetch(`${server.url}/login/oidc/callback?${query}`, { redirect: 'manual', headers })
    assert.equal(answer.status, 303)
    assert.ok(!/millrace-\d+=\w/.test(String(answer.headers.get('set-cookie'))))
    return answer.headers.get('location')
  }
  const iss = encodeURIComponent(idp.issuer)
  assert.equal(await back(`code=x&state=${state}&iss=${iss}`), '/login?problem=stale')
  assert.equal(await back(`code=x&state=other&iss=${iss}`, { cookie }), '/login?problem=provider')
  assert.equal(await back(`code=x&state=${state}&iss=https%3A%2F%2Fevil.example`, { cookie }), '/login?problem=provider')
  assert.equal(await back(`code=x&state=${state}&iss=${iss}`, { cookie }), '/login?problem=provider')
  assert.equal(await back(`error=access_denied&state=${state}&iss=${iss}`, { cookie }), '/login?problem=provider')
})
