import { type ArtifactBody, type ArtifactPlace, type DownloadOptions, downloadArtifact } from './download.ts'
import { type Input, Nouns, type Output, READS, type Route } from './endpoints.ts'
import { errorOf } from './errors.ts'
import { parseJson } from './json.ts'
import { Paged } from './pages.ts'
import { requestOf } from './request.ts'
import { isIdempotent, withRetries } from './retry.ts'
import { type ActiveRun, type RunOptions, startRun } from './run.ts'
import { type Uploaded, type UploadOptions, uploadArtifact } from './upload.ts'

const TIMEOUT_MS = 120_000
const TRIES_MAX = 5

/** How a client reaches its server. */
export type ClientOptions = {
  /** Where the server is: `http://127.0.0.1:5000`; a prefix of its own (`--static-prefix`) is part of it. */
  readonly url: string
  /** With `password`: sent as HTTP Basic. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** Sent as `Authorization: Bearer ...`, unless there are a name and a password. */
  readonly token?: string | undefined
  /** The workspace that every request is about, sent as `X-MLFLOW-WORKSPACE`. */
  readonly workspace?: string | undefined
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** How long a call may take, its repetitions included, in milliseconds: two minutes unless said. Streams may take any time. */
  readonly timeout_ms?: number
  /** How often a call that may safely be repeated is tried in all: five times unless said. */
  readonly tries_max?: number
  /** What sends the requests, for proxies and tests; the global `fetch` unless said. */
  readonly fetch?: typeof fetch
  /** Tags that `startRun` gives every run, such as who started it: `@millrace/client/node` tells user, program and git commit. */
  readonly runTags?: () => Record<string, string> | Promise<Record<string, string>>
}

/** How one call is made. */
export type CallOptions = {
  readonly signal?: AbortSignal | undefined
  /** Whether the call may be sent again when nobody knows what became of it: reads and idempotent writes may, unless said here. */
  readonly repeatable?: boolean
}

/**
 * A client of a Millrace or MLflow server. Each endpoint is a method, grouped by what it is about (`client.runs.create({ ... })`), and
 * `client.call(route, input)` is the same by its URL. Every failure of the server is a `MillraceError`.
 */
export class MillraceClient extends Nouns {
  readonly options: ClientOptions
  readonly #url: string

  constructor(options: ClientOptions) {
    super()
    this.options = withoutLogin(options)
    this.#url = this.options.url.replace(/\/+$/, '')
  }

  /** Calls an endpoint by its route. @throws MillraceError */
  override async call<R extends Route>(route: R, input: Input<R>, options: CallOptions = {}): Promise<Output<R>> {
    const { method, path, body } = requestOf(route, input as Record<string, unknown>)
    const timeout = AbortSignal.timeout(this.options.timeout_ms ?? TIMEOUT_MS)
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
    const repeatable = options.repeatable ?? (READS.has(route) || isIdempotent(route))
    const answer = await this.request(path, { method, ...(body !== undefined && jsonBody(body)) }, { signal, repeatable })
    // Some answer 204, which has no body.
    return (answer.status === 204 ? {} : parseJson(await answer.text())) as Output<R>
  }

  /** A search or a list: `await` gives a page, `for await` all items. */
  override paged<R extends Route, K extends keyof Output<R>>(
    route: R,
    items: K,
    input: Input<R>,
    options?: CallOptions,
  ): Paged<Output<R>, ItemOf<Output<R>[K]>> {
    const ask = (page_token: string | undefined) => this.call(route, page_token === undefined ? input : { ...input, page_token }, options)
    return new Paged(ask, (page) => (page[items] ?? []) as ItemOf<Output<R>[K]>[])
  }

  /**
   * Sends any request to the server with the client's credentials, for what is not JSON; gives the answer, whose body is the caller's to
   * read. Without `repeatable` it is sent once. @throws MillraceError when the answer is not a 2xx
   */
  async request(path: string, init: RequestInit = {}, { signal, repeatable = false }: CallOptions = {}): Promise<Response> {
    const headers = { ...this.headers(), ...(init.headers as Record<string, string>) }
    // Called by its own name: a browser's fetch wants no other `this`.
    const send = (): Promise<Response> => (this.options.fetch ?? fetch)(this.urlOf(path), { ...init, headers, ...(signal && { signal }) })
    const answer = await withRetries(send, { tries_max: this.options.tries_max ?? TRIES_MAX, repeatable, signal })
    if (!answer.ok) throw await errorOf(answer)
    return answer
  }

  /** A path of the server as a URL. */
  urlOf(path: string): string {
    return this.#url + path
  }

  /** What is sent with every request: credentials, workspace, and the headers of the options. */
  headers(): Record<string, string> {
    const { headers, username, password, token, workspace } = this.options
    const basic = username !== undefined && password !== undefined ? `Basic ${base64(`${username}:${password}`)}` : undefined
    const authorization = basic ?? (token === undefined ? undefined : `Bearer ${token}`)
    return { ...headers, ...(workspace !== undefined && { 'x-mlflow-workspace': workspace }), ...(authorization && { authorization }) }
  }

  /** Starts a run, or ends it when `work` is done: FINISHED, or FAILED if it throws. @throws MillraceError, and what `work` throws */
  startRun(options: RunOptions): Promise<ActiveRun>
  startRun<T>(options: RunOptions, work: (run: ActiveRun) => T | Promise<T>): Promise<T>
  startRun<T>(options: RunOptions, work?: (run: ActiveRun) => T | Promise<T>): Promise<T | ActiveRun> {
    return work ? startRun(this, options, work) : startRun(this, options)
  }

  /** Sends an artifact of a run or a logged model; `path` is below its artifacts. @throws MillraceError, DigestError */
  uploadArtifact(place: ArtifactPlace, path: string, body: ArtifactBody, options: UploadOptions = {}): Promise<Uploaded> {
    return uploadArtifact(this, place, path, body, options)
  }

  /** Opens an artifact: its bytes as they come. @throws MillraceError; the stream ends with DigestError if its digest is another */
  downloadArtifact(place: ArtifactPlace, path: string, options: DownloadOptions = {}): Promise<ReadableStream<Uint8Array>> {
    return downloadArtifact(this, place, path, options)
  }
}

/** A login in the address is sent as Basic, as Python's clients do; `fetch` would refuse the address, and tell it with its password. */
function withoutLogin(options: ClientOptions): ClientOptions {
  if (!/^https?:\/\/[^/?#]*@/i.test(options.url) || !URL.canParse(options.url)) return options
  const { username, password } = new URL(options.url)
  const login = { username: decoded(username), password: decoded(password) }
  return { ...(options.token === undefined && login), ...given(options), url: options.url.replace(/\/\/[^/?#]*@/, '//') }
}

/** What is badly encoded is meant as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Options without those that are undefined, which say nothing. */
const given = (options: ClientOptions): ClientOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as ClientOptions

/** What an array holds. */
export type ItemOf<List> = NonNullable<List> extends readonly (infer Item)[] ? Item : never

const jsonBody = (body: string): RequestInit => ({ body, headers: { 'content-type': 'application/json' } })

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
