import { PassThrough } from 'node:stream'
import type { StreamAnswer } from './endpoint.ts'

const HEARTBEAT_MS = 15_000
const RETRY_MS = 1_000
// A reader that doesn't read: it comes again with its cursor.
const UNREAD_MAX_BYTES = 4 * 1_024 * 1_024

/** Events for a browser's EventSource (WHATWG HTML, server-sent events). */
export type EventStream = {
  readonly answer: StreamAnswer
  /** @param id what the browser sends as `Last-Event-ID` when it comes again */
  send(event: string, data: unknown, id?: string): void
  /** Who comes again is admitted again: what one may see is looked at as often. */
  endAfter(ms: number): void
}

/** Opens a stream that ends when the reader goes away. @param ended is told when it has ended */
export function openEventStream(signal: AbortSignal, ended: () => void): EventStream {
  const body = new PassThrough()
  const write = (text: string): void => {
    if (body.writableEnded) return
    body.write(text)
    if (body.readableLength > UNREAD_MAX_BYTES) end()
  }
  const heartbeat = setInterval(() => write(':\n\n'), HEARTBEAT_MS)
  let life: NodeJS.Timeout | undefined
  const end = (): void => {
    clearInterval(heartbeat)
    clearTimeout(life)
    body.end()
  }
  body.once('close', () => {
    end()
    ended()
  })
  signal.addEventListener('abort', () => body.destroy(), { once: true })
  write(`retry: ${RETRY_MS}\n\n`)
  return {
    answer: {
      // A proxy that collects answers would hold the events back (nginx).
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
      body,
    },
    send: (event, data, id) => write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    endAfter(ms) {
      life = setTimeout(end, ms)
    },
  }
}
