import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { BrowserContext, Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const soon = { timeout: 30_000 }

export type Watched = { readonly page: Page; readonly complaints: string[] }

/** A page whose complaints are kept: what the browser refused by the policy, errors, and requests to other hosts than the server's. */
export async function watched(context: BrowserContext, url: string): Promise<Watched> {
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('blob:')) complaints.push(`asked another host: ${request.url()}`)
  })
  return { page, complaints }
}

/** Fills in what the page asks for who has not signed in. */
export async function signIn(page: Page, { username, password }: { username: string; password: string }): Promise<void> {
  await page.getByLabel('User name').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** What axe finds on a page. */
export async function findingsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: Axe }).axe.run())
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}

type Axe = { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }

/** What the page says for a few seconds. */
export const toast = (page: Page, text: string | RegExp) => page.locator('.toast', { hasText: text })

/** Takes back what a toast tells of. */
export const undo = async (page: Page, text: string | RegExp): Promise<void> => {
  await toast(page, text).getByRole('button', { name: 'Undo' }).click(soon)
  await toast(page, 'It is as it was.').first().waitFor(soon)
}
