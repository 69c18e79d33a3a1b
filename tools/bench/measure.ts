import http from 'node:http'
import { cpuSeconds } from './process-tree.ts'

/** What a workload took: calls, their rate, latencies, and the server's CPU time for each. */
export type Measured = {
  readonly n: number
  readonly per_s: number
  readonly p50_ms: number
  readonly p99_ms: number
  readonly cpu_ms_each: number
}

/** A run in progress of one server: how to call it and how to measure. */
export class Bench {
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 64 })
  readonly #port: number
  readonly pid: number
  readonly connections: number
  readonly #always: http.OutgoingHttpHeaders

  /** @param always headers of every request */
  constructor(port: number, pid: number, connections: number, always: http.OutgoingHttpHeaders = {}) {
    this.#always = always
    this.#port = port
    this.pid = pid
    this.connections = connections
  }

  /** Sends a request; gives the body. @throws Error on a status that isn't 2xx */
  raw(method: string, path: string, body?: Buffer, type = 'application/json', more: http.OutgoingHttpHeaders = {}): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const headers = { ...this.#always, ...more, ...(body && { 'content-type': type, 'content-length': body.length }) }
      const request = http.request({ host: '127.0.0.1', port: this.#port, method, path, agent: this.#agent, headers }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part) => parts.push(part))
        answer.on('error', reject)
        answer.on('end', () => {
          const whole = Buffer.concat(parts)
          if ((answer.statusCode ?? 500) < 300) resolve(whole)
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${whole.toString().slice(0, 300)}`))
        })
      })
      request.on('error', reject)
      request.end(body)
    })
  }

  /** `post('runs/create', {...})` */
  // biome-ignore lint/suspicious/noExplicitAny: answers are read as the API documents them
  async post(path: string, body: unknown): Promise<any> {
    const answer = await this.raw('POST', `/api/2.0/mlflow/${path}`, Buffer.from(JSON.stringify(body)))
    return JSON.parse(answer.toString() || '{}')
  }

  /** `get('runs/get?run_id=...')` */
  // biome-ignore lint/suspicious/noExplicitAny: answers are read as the API documents them
  async get(path: string): Promise<any> {
    return JSON.parse((await this.raw('GET', `/api/2.0/mlflow/${path}`)).toString())
  }

  /** Up to `n` calls of `work`, `width` at a time, and no new one after `limit_s` seconds. */
  async measure(n: number, width: number, work: (i: number) => Promise<unknown>, limit_s = 10): Promise<Measured> {
    const latencies: number[] = []
    let next = 0
    const cpu = cpuSeconds(this.pid)
    const started = performance.now()
    const one = async () => {
      while (next < n && performance.now() - started < limit_s * 1000) {
        const i = next++
        const at = performance.now()
        await work(i)
        latencies.push(performance.now() - at)
      }
    }
    await Promise.all(Array.from({ length: width }, one))
    const seconds = (performance.now() - started) / 1000
    const done = latencies.length
    latencies.sort((a, b) => a - b)
    const quantile = (q: number) => rounded(latencies[Math.min(done - 1, Math.floor(q * done))] ?? 0)
    const cpu_ms_each = rounded(((cpuSeconds(this.pid) - cpu) * 1000) / done)
    return { n: done, per_s: rounded(done / seconds), p50_ms: quantile(0.5), p99_ms: quantile(0.99), cpu_ms_each }
  }
}

/** Four digits: more than that is noise. */
export const rounded = (x: number): number => Number(x.toPrecision(4))
