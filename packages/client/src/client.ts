import { type Input, Nouns, type Output, READS, type Route } from './endpoints.ts'
import { errorOf } from './errors.ts'
import { requestOf } from './request.ts'
import { withRetries } from './retry.ts'

const TIMEOUT_MS = 120_000
const TRIES_MAX = 5

/** How a client reaches its server. */
export type ClientOptions = {
  /** Where the server is: `http://127.0.0.1:5000`; a prefix of its own (`--static-prefix`) is part of it. */
  readonly url: string
  /** Sent as `Authorization: Bearer ...`. */
  readonly token?: string
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** How long a call may take before it is given up, in milliseconds: two minutes unless said. Streams may take any time. */
  readonly timeout_ms?: number
  /** How often a call that may safely be repeated is tried in all: five times unless said. */
  readonly tries_max?: number
  /** What sends the requests, for proxies and tests; the global `fetch` unless said. */
  readonly fetch?: typeof fetch
}

/** How one call is made. */
export type CallOptions = {
  readonly signal?: AbortSignal
  /** Whether the call may be sent again when the server is busy: what only reads may, what writes may not, unless said here. */
  readonly repeatable?: boolean
}

/** What can be sent as an artifact. */
export type ArtifactBody = ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | Blob | string

/**
 * A client of a Millrace server. Each endpoint is a method, grouped by what it is about (`client.runs.create({ ... })`), and
 * `client.call(route, input)` is the same by its URL. Every failure of the server is a `MillraceError`.
 */
export class MillraceClient extends Nouns {
  readonly #options: ClientOptions
  readonly #url: string

  constructor(options: ClientOptions) {
    super()
    this.#options = options
    this.#url = options.url.replace(/\/+$/, '')
  }

  /** Calls an endpoint by its route. @throws MillraceError */
  override async call<R extends Route>(route: R, input: Input<R>, options: CallOptions = {}): Promise<Output<R>> {
    const { method, path, body } = requestOf(route, input as Record<string, unknown>)
    const timeout = AbortSignal.timeout(this.#options.timeout_ms ?? TIMEOUT_MS)
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
    const send = (): Promise<Response> => this.#fetch(path, { method, signal, ...(body !== undefined && jsonBody(body)) })
    const repeatable = options.repeatable ?? READS.has(route)
    const answer = await withRetries(send, { tries_max: repeatable ? (this.#options.tries_max ?? TRIES_MAX) : 1, signal })
    if (!answer.ok) throw await errorOf(answer)
    return (await answer.json()) as Output<R>
  }

  /** Sends a run's artifact as it is read, never held in memory; `path` is below the run's artifacts. @throws MillraceError */
  async uploadArtifact(run_id: string, path: string, body: ArtifactBody, options: CallOptions = {}): Promise<void> {
    const url = await this.#artifactUrl(run_id, path, options)
    // `duplex` is what fetch asks for when a body is a stream; the DOM's types don't know it yet.
    const init = { method: 'PUT', body, duplex: 'half', headers: { 'content-type': 'application/octet-stream' } }
    const answer = await this.#fetch(url, { ...init, ...(options.signal && { signal: options.signal }) } as RequestInit)
    if (!answer.ok) throw await errorOf(answer)
    await answer.body?.cancel()
  }

  /** Opens a run's artifact: its bytes as they come. @throws MillraceError */
  async downloadArtifact(run_id: string, path: string, options: CallOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const url = await this.#artifactUrl(run_id, path, options)
    const signal = options.signal
    const send = (): Promise<Response> => this.#fetch(url, { ...(signal && { signal }) })
    const answer = await withRetries(send, { tries_max: this.#options.tries_max ?? TRIES_MAX, signal })
    if (!answer.ok) throw await errorOf(answer)
    return answer.body ?? new Blob([]).stream()
  }

  async #artifactUrl(run_id: string, path: string, options: CallOptions): Promise<string> {
    const { run } = await this.runs.get({ run_id }, options)
    const root = run.info.artifact_uri ?? ''
    const served = /^mlflow-artifacts:\/(?!\/)(.*)$/.exec(root)?.[1]
    if (served === undefined)
      throw new TypeError(`the artifacts of run ${run_id} are not kept by the server but in ${root}: open them there`)
    const segments = `${served}/${path}`.split('/').map(encodeURIComponent)
    return `/api/2.0/mlflow-artifacts/artifacts/${segments.join('/')}`
  }

  #fetch(path: string, init: RequestInit): Promise<Response> {
    const { token, headers } = this.#options
    const all = { ...headers, ...(init.headers as Record<string, string>), ...(token && { authorization: `Bearer ${token}` }) }
    return (this.#options.fetch ?? fetch)(this.#url + path, { ...init, headers: all })
  }
}

const jsonBody = (body: string): RequestInit => ({ body, headers: { 'content-type': 'application/json' } })
