import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../app.ts'
import { defaultSettings, type Settings } from '../config.ts'
import type { Database } from '../db/database.ts'
import { type Log, silent } from '../http/log.ts'
import type { House } from '../http/pipeline.ts'
import { Registrar, type Step } from '../registry/manifests/index.ts'
import { newFolder } from './folder.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads the answer's JSON as it expects it
export type Answer = { status: number; body: any; headers: Record<string, unknown>; text: string }

/** A server for tests: the whole application over a database, called without a socket. */
export class TestServer {
  readonly app: FastifyInstance
  readonly settings: Settings

  /** `steps` are what a registration does beside hashing; a scan is none of them unless it is given. */
  constructor(db: Database, settings: Partial<Settings> = {}, house: Partial<House> = {}, log?: Log, steps: readonly Step[] = []) {
    this.settings = { ...testSettings(), ...settings }
    new Registrar(db, this.settings, log ?? silent, steps).start()
    this.app = buildApp({ ...house, db, settings: this.settings }, log)
  }

  async call(method: string, url: string, payload?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const json = payload !== undefined && !Buffer.isBuffer(payload) && !(payload instanceof Readable)
    const answer = await this.app.inject({
      method: method as 'GET',
      url,
      headers: { ...(json && { 'content-type': 'application/json' }), host: 'localhost:5000', ...headers },
      ...(payload !== undefined && { payload: json ? JSON.stringify(payload) : payload }),
    })
    const isJson = answer.body !== '' && String(answer.headers['content-type'] ?? '').startsWith('application/json')
    return { status: answer.statusCode, body: isJson ? answer.json() : answer.body, headers: answer.headers, text: answer.body }
  }

  /** `get('experiments/get', { experiment_id: '1' })` */
  get(path: string, query: Record<string, string | readonly string[]> = {}): Promise<Answer> {
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) search.append(name, one as string)
    return this.call('GET', `/api/2.0/mlflow/${path}?${search}`)
  }

  /** `post('experiments/create', { name: 'x' })` */
  post(path: string, payload: unknown): Promise<Answer> {
    return this.call('POST', `/api/2.0/mlflow/${path}`, payload)
  }
}

/** Settings of a server with a new empty folder for artifacts. */
export function testSettings(): Settings {
  return defaultSettings(newFolder())
}
