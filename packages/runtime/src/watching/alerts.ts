import { createHmac } from 'node:crypto'

/** Where alerts go. */
export type AlertRules = {
  readonly url: string
  /** Signs what is sent, if there is one. */
  readonly secret: string | undefined
}

const TRIES = 3
const PAUSE_MS = 1_000
const WAIT_MS = 5_000

/** Sends an alert as JSON: three times at most. @throws Error when nobody took it */
export async function sendAlert({ url, secret }: AlertRules, data: object, now_ms = Date.now(), pause_ms = PAUSE_MS): Promise<void> {
  const body = JSON.stringify({ entity: 'serving', action: 'drifted', timestamp: new Date(now_ms).toISOString(), data })
  const seconds = String(Math.floor(now_ms / 1000))
  const signature = secret === undefined ? undefined : createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  const headers = {
    'content-type': 'application/json',
    ...(signature !== undefined && { 'x-millrace-timestamp': seconds, 'x-millrace-signature': `v1,${signature}` }),
  }
  for (let tries = 1; ; tries++) {
    try {
      const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(WAIT_MS) })
      await answer.arrayBuffer()
      if (answer.ok) return
      throw new Error(`it answered ${answer.status}`)
    } catch (error) {
      if (tries === TRIES) throw new Error(`The alert did not reach ${new URL(url).host}: ${(error as Error).message}`, { cause: error })
      await new Promise((resolve) => setTimeout(resolve, tries * pause_ms))
    }
  }
}
