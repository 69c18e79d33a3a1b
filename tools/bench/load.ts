import net from 'node:net'
import { rounded } from './measure.ts'

/** Where requests go: the whole bytes of each are made before, so that sending costs this process little. */
export type Target = { readonly port: number; readonly requests: readonly Buffer[]; readonly connections: number }

/** What a load took. */
export type Load = { readonly per_s: number; readonly p50_ms: number; readonly p99_ms: number; readonly n: number }

/** The bytes of a request for JSON. */
export function requestOf(port: number, path: string, body: string): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

const HEAD_END = Buffer.from('\r\n\r\n')
const LENGTH = /\r\ncontent-length: *(\d+)/i

/** A connection that sends one request at a time. Node's own client costs more CPU than the server that is measured. */
class Connection {
  readonly #socket: net.Socket
  readonly #onAnswer: () => void
  readonly #onProblem: (error: Error) => void
  #waiting: Buffer | undefined

  constructor(port: number, onAnswer: () => void, onProblem: (error: Error) => void) {
    this.#onAnswer = onAnswer
    this.#onProblem = onProblem
    this.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', (piece: Buffer) => this.#take(piece))
    this.#socket.on('error', onProblem)
    this.#socket.on('close', () => onProblem(new Error('the server closed a connection')))
  }

  send(request: Buffer): void {
    this.#socket.write(request)
  }

  end(): void {
    this.#socket.removeAllListeners('close')
    this.#socket.destroy()
  }

  #take(piece: Buffer): void {
    const bytes = this.#waiting === undefined ? piece : Buffer.concat([this.#waiting, piece])
    this.#waiting = bytes
    const end = bytes.indexOf(HEAD_END)
    if (end === -1) return
    const head = bytes.toString('latin1', 0, end)
    const length = LENGTH.exec(head)?.[1]
    if (length === undefined) {
      this.#onProblem(new Error(`an answer without a length: ${head}`))
      return
    }
    if (bytes.length < end + 4 + Number(length)) return
    if (head.slice(9, 12) !== '200') {
      const said = bytes.toString('utf8', end + 4, end + 400)
      this.#onProblem(new Error(`${head.split('\r\n')[0]}: ${said}`))
      return
    }
    this.#waiting = undefined
    this.#onAnswer()
  }
}

function summary(latencies: number[], seconds: number): Load {
  latencies.sort((a, b) => a - b)
  const n = latencies.length
  const quantile = (q: number): number => rounded(latencies[Math.min(n - 1, Math.floor(q * n))] ?? 0)
  return { n, per_s: rounded(n / seconds), p50_ms: quantile(0.5), p99_ms: quantile(0.99) }
}

/** Each connection sends as soon as it has its answer. @throws Error at the first answer that is not 200 */
export async function fullLoad({ port, requests, connections }: Target, seconds: number): Promise<Load> {
  const latencies: number[] = []
  const started = performance.now()
  const until = started + seconds * 1000
  let next = 0
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      let at = 0
      const again = (): void => {
        at = performance.now()
        connection.send(requests[next++ % requests.length] as Buffer)
      }
      const answered = (): void => {
        const now = performance.now()
        latencies.push(now - at)
        if (now < until) again()
        else {
          connection.end()
          resolve()
        }
      }
      const connection = new Connection(port, answered, reject)
      again()
    })
  await Promise.all(Array.from({ length: connections }, one))
  return summary(latencies, (performance.now() - started) / 1000)
}

/**
 * So many requests a second, whether answers come or not: one for which no connection is free waits, and its wait counts. Requests are
 * given out every millisecond, and timed from there: what this process's own timer is late by is not the server's.
 */
export function steadyLoad({ port, requests, connections }: Target, per_s: number, seconds: number): Promise<Load> {
  return new Promise((resolve, reject) => {
    const latencies: number[] = []
    const free: Connection[] = []
    const due: number[] = []
    const began = new Map<Connection, number>()
    const all: Connection[] = []
    let given = 0
    const stop = (error?: Error): void => {
      clearInterval(timer)
      for (const connection of all) connection.end()
      if (error) reject(error)
      else resolve(summary(latencies, seconds))
    }
    const pump = (): void => {
      while (due.length > 0 && free.length > 0) {
        const connection = free.pop() as Connection
        began.set(connection, due.shift() as number)
        connection.send(requests[given++ % requests.length] as Buffer)
      }
    }
    for (let i = 0; i < connections; i++) {
      const connection: Connection = new Connection(
        port,
        () => {
          latencies.push(performance.now() - (began.get(connection) as number))
          free.push(connection)
          pump()
        },
        stop,
      )
      all.push(connection)
      free.push(connection)
    }
    const started = performance.now()
    let asked = 0
    const timer = setInterval(() => {
      const now = performance.now()
      const whole = Math.floor(Math.min(now - started, seconds * 1000) * (per_s / 1000))
      for (; asked < whole; asked++) due.push(now)
      pump()
      if (now - started > seconds * 1000 && free.length === connections) stop()
    }, 1)
  })
}
