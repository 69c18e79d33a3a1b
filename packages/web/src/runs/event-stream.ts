import { sessionFetch } from '../session.ts'
import { type Heard, Parser } from './event-parser.ts'

const AGAIN_MS = 1_000
const AGAIN_MAX_MS = 30_000

/**
 * Listens to the server's events, and comes again with the id of the last one when the stream ends. The browser's own EventSource does the
 * same, but sends no headers, and so can't say which workspace it is about.
 */
export function hearEvents(path: string, hear: (event: Heard) => void): () => void {
  const gone = new AbortController()
  const { signal } = gone
  let cursor = ''
  let wait_ms = AGAIN_MS
  const listen = async (): Promise<void> => {
    const headers = { accept: 'text/event-stream', ...(cursor !== '' && { 'last-event-id': cursor }) }
    const answer = await sessionFetch(new URL(path, document.baseURI), { headers, signal })
    if (!answer.ok || !answer.body) throw new Error(`${answer.status}`)
    wait_ms = AGAIN_MS
    const parser = new Parser((event) => {
      if (event.id !== '') cursor = event.id
      hear(event)
    })
    const texts = answer.body.pipeThrough(new TextDecoderStream())
    const reader = texts.getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) parser.push(part.value)
  }
  const again = async (): Promise<void> => {
    while (!signal.aborted) {
      await listen().catch(() => {
        // It is refused, or nobody answers: it is asked less and less often.
        wait_ms = Math.min(AGAIN_MAX_MS, wait_ms * 2)
      })
      await new Promise((done) => setTimeout(done, wait_ms))
    }
  }
  void again()
  return () => gone.abort()
}
