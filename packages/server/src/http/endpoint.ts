import type { Readable } from 'node:stream'
import type { Reader, Writer } from '../db/handles.ts'
import type { Context } from './context.ts'
import type { Upload } from './quota.ts'
import type { Refusal } from './refusal.ts'
import type { Schema } from './schema.ts'

/** The thing that a request touches, as the permission check needs it: always an id or a name, never a location. */
export type Resource =
  | { experiment: string }
  | { experiment_name: string }
  | { run: string }
  | { logged_model: string }
  | { evaluation_dataset: string }
  | { registered_model: string }
  | { promotion_request: string }
  /** What a model version is made of, as registry/model-versions names it: the files of a run or of a logged model. */
  | { version_files: string }
  | { trace: string }
  | { scorer: string }
  /** Its experiment's id, a slash, and its name as in a URL: one that is not there yet hangs on the experiment. */
  | { scorer_name: string }
  | { issue: string }
  | { artifact_path: string }
  /** A role, a grant of a role, or all roles of a workspace: who manages the workspace manages them. */
  | { role: number }
  | { role_permission: number }
  | { roles_of_workspace: string }
  | { server: OnServer }

/** What is the server's as a whole, and what is made on it. */
export type OnServer =
  | 'settings'
  | 'experiments'
  | 'evaluation_datasets'
  | 'registered_models'
  | 'webhooks'
  | 'workspaces'
  | 'audit_log'
  | 'audits'
  | 'roles'
  | 'groups'

/** MLflow's permissions, the weaker contained in the stronger: READ < USE < EDIT < MANAGE. */
export type Permission = 'read' | 'use' | 'edit' | 'manage'

/**
 * What a caller must be allowed to do, and to which thing: worked out from the decoded input, checked before the handler.
 * - `public`: anyone may; the value is the reason, and a test lists every public route.
 * - `on`: one or several things, each of which needs the permission.
 * - `unseen: 'denied'`: what may not be seen, or isn't there, is told by the same denial as what may be seen and not done.
 * - `reads`: further things, of which the answer or what is made holds something: each needs the permission to read.
 * - `shows`: the answer names other things of this kind, and leaves out those that the caller may not read (`Context.visible`).
 * - `filtered`: anyone who is signed in may ask, and the answer holds only what the caller may read.
 * - `signed_in`: anyone who is signed in may ask; the value says why that is enough. `reads` as above.
 */
export type Access<Input> =
  | { public: string }
  | {
      permission: Permission
      on: (input: Input) => Resource | readonly Resource[]
      unseen?: 'denied'
      reads?: (input: Input) => readonly Resource[]
      shows?: Filtered
    }
  | { filtered: Filtered }
  | { signed_in: string; reads?: (input: Input) => readonly Resource[] }

/** Whose readable part a filtered endpoint answers; evaluation datasets, scorers, runs and traces follow their experiment. */
export type Filtered = 'experiments' | 'evaluation_datasets' | 'registered_models' | 'scorers'

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
export type Route = `${Method} /${string}`

/** What a `stream` endpoint answers: bytes with headers of its own. */
export type StreamAnswer = {
  status?: number
  headers?: Record<string, string | number | string[]>
  body?: Readable | Buffer | string
}

/** The raw sides of the exchange, for endpoints that move bytes: the request's body is not read before the handler asks for it. */
export type Exchange = {
  /** For endpoints whose bytes belong to something that the database knows. */
  db: Reader
  /** A transaction of its own, for endpoints that read their body themselves and then write. */
  write<T>(work: (tx: Writer) => Promise<T>): Promise<T>
  body: Readable
  /** How much may be uploaded, where there are quotas. */
  upload?: Upload
  headers: Record<string, string | string[] | undefined>
  method: string
  /** What stands behind the `?`, as it was sent. */
  query?: string
  /** Aborts when the caller goes away. */
  signal: AbortSignal
}

/** What every endpoint declares. Leaving out `access` does not compile. */
type Declared<Input, Output> = {
  /**
   * Method and path as MLflow spells it, `/api/...` prefix included; the pipeline adds the `/ajax-api` twin and `--static-prefix`.
   * `{name}` is one part of the path, `{*name}` at the end all the rest of it.
   */
  route: Route
  /** Other routes to the same thing. */
  also?: readonly Route[]
  summary: string
  access: Access<NoInfer<Input>>
  input: Schema<Input>
  output: Schema<Output>
  /** The field of the input that holds a path below the artifact root: with workspaces, it is looked for in the caller's own. */
  rooted?: string
  /** What a success is answered with: 200 unless said, and 204 has no body. */
  status?: 201 | 204
  /** How long the body may be, in bytes, before it is read: 1 MiB unless said. */
  body_max_bytes?: number
  /** It keeps bytes that are not the body of an upload: the handler counts them by `Context.bytes`. */
  counts_bytes?: true
  /** It reads, and the audit log still records it: a download. What writes is recorded without being asked. */
  audited?: true
}

export type ReadEndpoint<Input, Output> = Declared<Input, Output> & {
  kind: 'read'
  /**
   * May take long or answer much: it runs on a thread of its own where the database lives in this process. Given as `import.meta.url`,
   * the thread loads the endpoint's module alone; with `true` it loads all endpoints, which costs its start 60 ms.
   */
  heavy?: true | string
  /** Of a heavy endpoint: tells at next to no cost that a request is small, and answered here sooner than a thread could be asked. */
  isLight?: (db: Reader, input: NoInfer<Input>, context: Context) => Promise<boolean> | boolean
  handler: (db: Reader, input: NoInfer<Input>, context: Context) => Promise<NoInfer<Output>>
}
export type WriteEndpoint<Input, Output> = Declared<Input, Output> & {
  kind: 'write'
  handler: (tx: Writer, input: NoInfer<Input>, context: Context) => Promise<NoInfer<Output> | Refusal>
  /**
   * What the audit log tells of an answer besides; undefined where nothing was decided, which is not put on record: a report that comes
   * each second, for one.
   */
  records?: (answer: NoInfer<Output>) => Readonly<Record<string, string>> | undefined
  /** After the commit: what the handler began may have ended meanwhile, and the answer tells so. */
  afterwards?: (db: Reader, answer: NoInfer<Output>) => Promise<NoInfer<Output>>
}
export type StreamEndpoint<Input> = Omit<Declared<Input, unknown>, 'output'> & {
  kind: 'stream'
  /** A sentence for OpenAPI: what comes back. */
  answers: string
  /** `true`: the handler reads the request's body itself, from `exchange.body`; `json`: the body is the input, as of other endpoints. */
  takes_body?: boolean | 'json'
  /** It keeps its body as a file: quotas on uploads count it. */
  uploads?: true
  /** Fields of the input that come as headers: field → header's name. */
  from_headers?: Readonly<Record<string, string>>
  handler: (input: NoInfer<Input>, context: Context, exchange: Exchange) => Promise<StreamAnswer>
}

// biome-ignore lint/suspicious/noExplicitAny: the list of all endpoints is read by the pipeline, which goes through each one's own schemas
export type Endpoint = ReadEndpoint<any, any> | WriteEndpoint<any, any> | StreamEndpoint<any>

/** An endpoint that only selects: its handler gets a `Reader`. */
export const read = <Input, Output>(endpoint: Omit<ReadEndpoint<Input, Output>, 'kind'>): ReadEndpoint<Input, Output> => ({
  kind: 'read',
  ...endpoint,
})

/** An endpoint that writes: its handler runs inside one transaction, and what it returns is sent after the commit. */
export const write = <Input, Output>(endpoint: Omit<WriteEndpoint<Input, Output>, 'kind'>): WriteEndpoint<Input, Output> => ({
  kind: 'write',
  ...endpoint,
})

/** An endpoint that moves bytes (artifacts): no JSON in between, nothing buffered. */
export const stream = <Input>(endpoint: Omit<StreamEndpoint<Input>, 'kind'>): StreamEndpoint<Input> => ({ kind: 'stream', ...endpoint })
