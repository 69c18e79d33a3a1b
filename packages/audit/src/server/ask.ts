import http from 'node:http'
import https from 'node:https'

export type Answer = { readonly status: number; readonly headers: http.IncomingHttpHeaders; readonly text: string }

/** How something is asked: GET, unless said. */
export type Asked = { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

const ANSWER_MAX_BYTES = 2 * 1024 * 1024
const WAIT_MS = 30_000

/** Asks a server, by any Host; the path goes as it is, dots and all; follows no redirect. @throws the system's error when nobody answers */
export function ask(url: URL, path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
  const { request } = url.protocol === 'https:' ? https : http
  const { hostname, port, protocol } = url
  return new Promise((resolve, reject) => {
    // Node frames no body of DELETE by itself.
    const framed = body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) }
    const options = { hostname: hostname.replace(/^\[|\]$/g, ''), port, protocol, path, method, headers: framed, timeout: WAIT_MS }
    const sent = request(options, (answer) => {
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
    sent.end(body)
  })
}
