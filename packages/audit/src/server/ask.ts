import http from 'node:http'
import https from 'node:https'

export type Answer = { readonly status: number; readonly headers: http.IncomingHttpHeaders; readonly text: string }

const ANSWER_MAX_BYTES = 256 * 1024
const WAIT_MS = 10_000

/** Asks a server with GET, by any Host; follows no redirect. @throws the system's error when nobody answers */
export function ask(url: URL, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { request } = url.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), { headers, timeout: WAIT_MS }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      const end = (): void => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text })
      answer.on('data', (chunk: string) => {
        text += chunk
        if (text.length < ANSWER_MAX_BYTES) return
        end()
        answer.destroy()
      })
      answer.on('end', end)
      answer.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Error(`${url.origin} did not answer within ${WAIT_MS / 1000} s`)))
    sent.on('error', reject)
    sent.end()
  })
}
