import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'

/** How long a connection between two requests may send another one, which is then its last. */
const LAST_WORD_MS = 300

/**
 * Ends a server's connections without cutting a request. A client that keeps its connection open may send the next request at the very
 * moment at which an idle connection is closed, and would see a reset: so each connection is told `Connection: close` with one last
 * answer, and only those that stay silent are closed from here.
 */
export class Drain {
  readonly #server: Server
  readonly #requests = new Map<Socket, number>()
  readonly #answers = new Set<ServerResponse>()
  #draining = false
  #changed: () => void = () => {}

  constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket: Socket) => {
      this.#requests.set(socket, 0)
      socket.once('close', () => {
        this.#requests.delete(socket)
        this.#changed()
      })
    })
    server.prependListener('request', (request, response) => this.#begin(request, response))
  }

  /** Stops listening; resolves when every connection is closed, at the latest after `max_ms`. */
  async finish(max_ms: number): Promise<void> {
    this.#draining = true
    for (const answer of this.#answers) {
      answer.shouldKeepAlive = false
      if (isEndless(answer)) answer.destroy()
    }
    const closed = new Promise<void>((resolve) => {
      // Not `server.close()`, which would close idle connections at once.
      NetServer.prototype.close.call(this.#server, () => resolve())
    })
    const started = Date.now()
    await this.#until(() => this.#requests.size === 0, LAST_WORD_MS)
    this.#closeSilent()
    while (this.#requests.size > 0 && Date.now() - started < max_ms) {
      await this.#until(() => this.#requests.size === 0, Math.min(1000, max_ms))
      this.#closeSilent()
    }
    for (const socket of this.#requests.keys()) socket.destroy()
    await closed
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    this.#requests.set(socket, (this.#requests.get(socket) ?? 0) + 1)
    this.#answers.add(response)
    if (this.#draining) response.shouldKeepAlive = false
    response.once('close', () => {
      this.#answers.delete(response)
      const n = this.#requests.get(socket)
      if (n === undefined) return
      this.#requests.set(socket, n - 1)
      this.#changed()
    })
  }

  #closeSilent(): void {
    for (const [socket, requests] of this.#requests) if (requests === 0) socket.destroy()
  }

  #until(done: () => boolean, max_ms: number): Promise<void> {
    if (done()) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(finish, max_ms)
      const check = (): void => {
        if (done()) finish()
      }
      function finish(): void {
        clearTimeout(timer)
        resolve()
      }
      this.#changed = check
    })
  }
}

/** Events go on for as long as somebody listens, who comes again elsewhere: they aren't waited for. */
const isEndless = (answer: ServerResponse): boolean => String(answer.getHeader('content-type')).startsWith('text/event-stream')
