import type { Browser, CDPSession, Page } from 'playwright-core'
import { cpuSeconds } from './process-tree.ts'

const WAIT_MAX_MS = 60_000

/** What somebody waited for, and what it cost. */
export type Measured = {
  readonly wall_ms: number
  readonly server_ms: number
  readonly page_ms: number
  readonly kb?: number
}
/** Kilobytes as they came over the wire. */
export type Received = { readonly all: number; readonly code: number; readonly json: number }
/** A page that nobody has looked at yet, and the process that it is asked of. */
export type Stage = { readonly pid: number; readonly page: Page; readonly cdp: CDPSession; readonly received: () => Received }

/** What an action took, until an expression is true in the page. */
export async function until({ pid, page, cdp }: Stage, action: () => Promise<unknown>, expression: string): Promise<Measured> {
  const server_s = cpuSeconds(pid)
  const page_s = await taskSeconds(cdp)
  const start = performance.now()
  await action()
  await page.waitForFunction(expression, undefined, { timeout: WAIT_MAX_MS, polling: 'raf' })
  const wall_ms = performance.now() - start
  const after_s = await taskSeconds(cdp)
  // A load may begin a new process, which counts from 0.
  const used_s = after_s >= page_s ? after_s - page_s : after_s
  return { wall_ms, server_ms: (cpuSeconds(pid) - server_s) * 1_000, page_ms: used_s * 1_000 }
}

async function taskSeconds(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
}

/**
 * A new page of a browser that keeps nothing of earlier ones. Its policy is not held, which forbids the strings that this program has
 * evaluated in the page: it is pages.test.ts that holds it.
 */
export async function stageOf(pid: number, browser: Browser): Promise<Stage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, bypassCSP: true })
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  await cdp.send('Network.enable')
  const kinds = new Map<string, string>()
  const bytes = { all: 0, code: 0, json: 0 }
  cdp.on('Network.responseReceived', ({ requestId, response }) => void kinds.set(requestId, response.mimeType))
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const kind = kinds.get(requestId) ?? ''
    bytes.all += encodedDataLength
    if (/javascript|css/.test(kind)) bytes.code += encodedDataLength
    if (/json/.test(kind)) bytes.json += encodedDataLength
  })
  return { pid, page, cdp, received: () => ({ all: bytes.all / 1_000, code: bytes.code / 1_000, json: bytes.json / 1_000 }) }
}

/** The longest time between two frames while something goes on. */
export async function longestGap({ page }: Stage, action: () => Promise<unknown>): Promise<number> {
  await page.evaluate(`window.gaps = (() => {
    let last = performance.now(), longest = 0, on = true
    const tick = (now) => { longest = Math.max(longest, now - last); last = now; if (on) requestAnimationFrame(tick) }
    requestAnimationFrame(tick)
    return () => { on = false; return longest }
  })()`)
  await action()
  return page.evaluate<number>('window.gaps()')
}
