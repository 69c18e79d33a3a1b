import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { MillraceClient } from '../../packages/client/src/index.ts'
import { buildWeb } from '../../tools/web.ts'
import { startChromium } from '../browser.ts'
import { type StartedServer, startMillrace } from '../server.ts'

/** A browser may have to be installed. */
const BROWSER_WAIT_MAX_MS = 600_000

/** What the tests of one file stand on, from their first to their last. */
export class StartedWeb {
  server!: StartedServer
  browser!: Browser
  /** Asks without an account. */
  client!: MillraceClient

  /** A page of a browser's context of its own, at a path of ours. */
  async opened(path: string): Promise<Page> {
    const page = await (await this.browser.newContext({ viewport: { width: 1280, height: 860 } })).newPage()
    await page.goto(`${this.server.url}/#${path}`)
    return page
  }
}

type Start = { readonly start?: () => Promise<StartedServer>; readonly fill?: (web: StartedWeb) => Promise<void> }

/**
 * Builds the page, starts a server and a browser, and fills the server, before the tests of a file; ends them after, and the server must
 * end well. It is all one hook: Node begins those that stand outside of a `describe` at once, not one after the other.
 */
export function startedWeb({ start = () => startMillrace(), fill }: Start = {}): StartedWeb {
  const web = new StartedWeb()
  before(
    async () => {
      buildWeb()
      web.server = await start()
      web.browser = await startChromium()
      web.client = new MillraceClient({ url: web.server.url })
      await fill?.(web)
    },
    { timeout: BROWSER_WAIT_MAX_MS },
  )
  after(async () => {
    await web.browser?.close()
    assert.equal(await web.server.stop(), 0)
  })
  return web
}
