import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a receiver of webhooks got, and answered. */
export type Got = { headers: IncomingHttpHeaders; body: string; tag: string; status: number }

/** Takes webhooks, answers as it is told, and remembers what came. */
export class Receiver {
  readonly got: Got[] = []
  readonly #server = createServer(async (request, response) => {
    let body = ''
    this.most_at_once = Math.max(this.most_at_once, ++this.#at_once)
    for await (const chunk of request) body += chunk
    await this.held
    await new Promise((done) => setTimeout(done, this.answer_after_ms(this.#n++)))
    this.#at_once--
    const tag = (JSON.parse(body) as { data: { value?: string } }).data.value ?? ''
    const status = this.answer(tag, this.got.length)
    this.got.push({ headers: request.headers, body, tag, status })
    response.writeHead(status).end('a canary in the answer')
    this.#changed()
  })
  answer: (tag: string, n: number) => number = () => 200
  answer_after_ms: (n: number) => number = () => 0
  held: Promise<void> | undefined
  most_at_once = 0
  #at_once = 0
  #n = 0
  #changed: () => void = () => {}

  async listen(port = 0): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(port, '127.0.0.1', done))
    return `http://127.0.0.1:${this.port}/`
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async until(n: number): Promise<readonly Got[]> {
    const late = AbortSignal.timeout(60_000)
    while (this.got.length < n) {
      await new Promise<void>((resolve, reject) => {
        this.#changed = resolve
        late.addEventListener('abort', () => reject(new Error(`${this.got.length} of ${n} came`)))
      })
    }
    return this.got
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done))
    this.#server.closeAllConnections()
    await closed
  }
}
