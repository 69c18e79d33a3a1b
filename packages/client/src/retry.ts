const FIRST_WAIT_MS = 100
const WAIT_MAX_MS = 10_000
const REFUSED = 429
const MAY_PASS = new Set([408, REFUSED, 500, 502, 503, 504])

/** How often, and whether, a request may be sent again. */
export type RetryRules = {
  readonly tries_max: number
  /** Whether a request that may have been carried out can be sent again; if not, only what was refused with 429 is. */
  readonly repeatable: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Routes that change something and may still be sent twice: the second time changes nothing. A metric's point is the same point again, a
 * tag or an alias is set to what it is, a trace has its client's id.
 */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  'experiments/update',
  'experiments/set-experiment-tag',
  'runs/update',
  'runs/set-tag',
  'runs/log-batch',
  'runs/log-metric',
  'runs/log-parameter',
  'runs/log-inputs',
  'runs/outputs',
  'registered-models/set-tag',
  'registered-models/alias',
  'model-versions/set-tag',
  'traces',
  'traces/link-to-run',
  'traces/link-prompts',
])

/** Whether a route's second call would change nothing more. */
export function isIdempotent(route: string): boolean {
  const [method = '', path = ''] = route.split(' ')
  return method === 'PUT' || method === 'PATCH' || (method === 'POST' && IDEMPOTENT.has(path.replace(/^\/api\/\d\.0\/mlflow\//, '')))
}

/**
 * Sends a request until it is answered: when the server is busy or something before it breaks (408, 429, 5xx, no connection), it waits,
 * as long as `Retry-After` says or twice as long as before and some chance, ten seconds at most, and tries again.
 */
export async function withRetries(send: () => Promise<Response>, { tries_max, repeatable, signal }: RetryRules): Promise<Response> {
  for (let tries = 1; ; tries++) {
    let wait_ms = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), WAIT_MAX_MS) * (0.5 + Math.random() / 2)
    try {
      const answer = await send()
      const again = repeatable ? MAY_PASS.has(answer.status) : answer.status === REFUSED
      if (!again || tries >= tries_max) return answer
      await answer.body?.cancel()
      wait_ms = retryAfter_ms(answer) ?? wait_ms
    } catch (error) {
      if (!repeatable || signal?.aborted || tries >= tries_max) throw error
    }
    await sleep(wait_ms, signal)
  }
}

/** `Retry-After` in seconds or as a date. */
function retryAfter_ms(answer: Response): number | undefined {
  const value = answer.headers.get('retry-after')
  if (value === null) return undefined
  const wait_ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isFinite(wait_ms) ? Math.max(0, Math.min(wait_ms, WAIT_MAX_MS)) : undefined
}

/** Waits. @throws the signal's reason when it is aborted meanwhile */
export function sleep(wait_ms: number, signal: AbortSignal | undefined): Promise<void> {
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
