import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { MillraceClient } from '../packages/client/src/index.ts'
import { CASES } from '../packages/client/src/testing/cases.ts'
import { startChromium } from './browser.ts'
import { type StartedServer, startMillrace } from './server.ts'

const sources = new URL('../packages/client/src/', import.meta.url).pathname
/** Where the page finds the client: below the server's own origin, as an application that is served beside it. */
const BELOW = '/client-in-browser/'

let server: StartedServer
let browser: Browser
let page: Page

before(
  async () => {
    server = await startMillrace()
    browser = await startChromium()
    page = await browser.newPage()
    const html = { contentType: 'text/html', body: '<!doctype html><title>the client in a browser</title>' }
    await page.route(`${server.url}${BELOW}**`, (route) => {
      const path = new URL(route.request().url()).pathname.slice(BELOW.length)
      if (path === '') return route.fulfill(html)
      const body = stripTypeScriptTypes(readFileSync(join(sources, path), 'utf8'))
      return route.fulfill({ contentType: 'text/javascript', body })
    })
    await page.goto(`${server.url}${BELOW}`)
  },
  // A browser may have to be installed.
  { timeout: 600_000 },
)
after(async () => {
  await browser?.close()
  assert.equal(await server.stop(), 0)
})

for (const [sentence, run] of Object.entries(CASES)) {
  test(`Node: ${sentence}`, () => run(new MillraceClient({ url: server.url })))

  test(`Chromium: ${sentence}`, async () => {
    const problem = await page.evaluate(
      async ([below, name, url]) => {
        const { MillraceClient } = await import(`${below}index.ts`)
        const { CASES } = await import(`${below}testing/cases.ts`)
        try {
          await CASES[name as string](new MillraceClient({ url }))
          return undefined
        } catch (error) {
          return error instanceof Error ? `${error.message}\n${error.stack}` : String(error)
        }
      },
      [BELOW, sentence, server.url],
    )
    assert.equal(problem, undefined)
  })
}
