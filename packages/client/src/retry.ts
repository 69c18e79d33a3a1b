const FIRST_WAIT_MS = 100
const WAIT_MAX_MS = 10_000
const SERVER_IS_BUSY = new Set([429, 503])

/** How often, and whether, a request may be sent again. */
export type RetryRules = { readonly tries_max: number; readonly signal?: AbortSignal | undefined }

/**
 * Sends a request that may safely be sent again: when the server says that it is busy (429, 503) or the connection breaks, it waits,
 * as long as `Retry-After` says or twice as long as before, and tries again.
 */
export async function withRetries(send: () => Promise<Response>, { tries_max, signal }: RetryRules): Promise<Response> {
  for (let tries = 1; ; tries++) {
    let wait_ms = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), WAIT_MAX_MS) * (0.5 + Math.random())
    try {
      const answer = await send()
      if (!SERVER_IS_BUSY.has(answer.status) || tries >= tries_max) return answer
      await answer.body?.cancel()
      wait_ms = retryAfter_ms(answer) ?? wait_ms
    } catch (error) {
      if (signal?.aborted || tries >= tries_max) throw error
    }
    await sleep(wait_ms, signal)
  }
}

function retryAfter_ms(answer: Response): number | undefined {
  const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) ? Math.min(seconds * 1000, WAIT_MAX_MS) : undefined
}

function sleep(wait_ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', aborted)
      resolve()
    }, wait_ms)
    if (signal?.aborted) aborted()
    else signal?.addEventListener('abort', aborted, { once: true })
  })
}
