import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ArtifactPath, pathInWorkspace } from '../artifacts/index.ts'
import type { Settings } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { Reader, Writer } from '../db/handles.ts'
import { readWithin, writeWithin } from '../db/within.ts'
import { ALL, type Authority, type Caller, localOwner, NOBODY, requireAccess } from './access.ts'
import { type Audit, Recorded } from './audit.ts'
import { BODY_WAIT_MAX_MS, readBody } from './body.ts'
import type { Context } from './context.ts'
import { decodeInput } from './decode.ts'
import type { Endpoint, Exchange, Filtered, Method, ReadEndpoint, Route, StreamEndpoint, WriteEndpoint } from './endpoint.ts'
import { ApiError, invalid } from './errors.ts'
import { LoginRecord, LoginRefused } from './login-record.ts'
import { isMasked, managedBy, mask, refuseCredentials } from './mask.ts'
import { noteWorkspace } from './metrics.ts'
import type { Quotas } from './quota.ts'
import { ReaderThreads, startReader } from './reader-thread.ts'
import { Refusal } from './refusal.ts'
import { restOfPath, restParameter } from './rest-of-path.ts'
import { refuseOtherWorkspaces } from './workspace-header.ts'

const BODY_MAX_BYTES = 2 ** 20
const COUNTED_FROM_BYTES = 65_536

/** What the pipeline needs to serve endpoints. */
export type House = {
  readonly db: Database
  readonly settings: Settings
  /** Who may do what; without one, the server is its owner's alone. */
  readonly authority?: Authority
  /** Keeps what was done and what was denied; without one, nothing is kept. */
  readonly audit?: Audit
  /** Limits on what accounts and workspaces may ask for; without them there are none. */
  readonly quotas?: Quotas
  /** How long a JSON body may take to arrive. */
  readonly body_wait_max_ms?: number
}

/** The paths under which a route answers: MLflow's clients use `/api`, its page uses `/ajax-api`; both are one endpoint. */
export function pathsOf(route: Route, static_prefix: string): readonly string[] {
  const path = route
    .slice(route.indexOf(' ') + 1)
    .replace(/\{\*[a-z_]+\}$/, '*')
    .replace(/\{([a-z_.]+)\}/g, ':$1')
  const both = path.startsWith('/api/') ? [path, `/ajax-api/${path.slice('/api/'.length)}`] : [path]
  return both.map((one) => static_prefix + one)
}

/** Makes every endpoint answer under each of its paths. */
export function serveEndpoints(app: FastifyInstance, endpoints: readonly Endpoint[], house: House): void {
  // Bodies are left to the endpoint, so Fastify needn't look for a parser: JSON is read by `bodyOf`, streams read theirs themselves. All
  // methods are told so, also those of no endpoint, whose body Fastify would read before it says that there is none.
  for (const method of app.supportedMethods) app.addHttpMethod(method, { overrideExisting: true })
  const { threads: from } = house.db
  const threads = from && new ReaderThreads(() => startReader(from))
  app.addHook('onClose', () => threads?.close())
  const logins = house.audit && new LoginRecord(house.audit)
  for (const endpoint of endpoints) {
    const handler = recorded(handlerOf(endpoint, house, threads, logins), logins)
    for (const route of [endpoint.route, ...(endpoint.also ?? [])]) {
      const method = route.slice(0, route.indexOf(' ')) as Method
      for (const url of pathsOf(route, house.settings.static_prefix)) {
        app.route({ method, url, handler, exposeHeadRoute: method === 'GET' })
      }
    }
  }
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/** Credentials are refused before a handler, and by handlers of those who sign in. */
function recorded(handler: Handler, logins: LoginRecord | undefined): Handler {
  if (!logins) return handler
  return async (request, reply) => {
    try {
      return await handler(request, reply)
    } catch (error) {
      if (error instanceof LoginRefused) logins.refused(error, request)
      throw error
    }
  }
}

function handlerOf(endpoint: Endpoint, house: House, threads: ReaderThreads | undefined, logins: LoginRecord | undefined): Handler {
  if (endpoint.kind === 'stream') return (request, reply) => answerStream(endpoint, house, logins, request, reply)
  const encode = endpoint.output.encode as (value: unknown) => string
  return async (request, reply) => {
    const admitted = await admit(endpoint, house, logins, request)
    const answer = answerJson(endpoint, house, threads, admitted, encode)
    const text = await (admitted.recorded ? admitted.recorded.unlessForbidden(answer) : answer)
    if (endpoint.audited) admitted.recorded?.alone()
    if (endpoint.status === 204) return reply.code(204).send()
    if (endpoint.status) reply.code(endpoint.status)
    return reply.header('content-type', 'application/json; charset=utf-8').send(text)
  }
}

async function answerJson(
  endpoint: ReadEndpoint<unknown, unknown> | WriteEndpoint<unknown, unknown>,
  house: House,
  threads: ReaderThreads | undefined,
  admitted: Admitted,
  encode: (value: unknown) => string,
): Promise<string | Buffer> {
  const { input, context, db } = admitted
  const { authority = localOwner } = house
  let output: unknown
  if (endpoint.kind === 'write') {
    output = await house.db.write((tx) => answerWrite(endpoint, house, tx, admitted))
    if (output instanceof Refusal) throw output.error
    if (endpoint.afterwards) output = await endpoint.afterwards(db, output)
  } else if (endpoint.heavy && threads && !(await endpoint.isLight?.(db, input, context)))
    return answerInThread(endpoint, house, threads, admitted)
  else output = await endpoint.handler(db, input, context)
  if (isMasked(endpoint, authority, context.caller)) await mask(authority, context.caller, endpoint, input, output, db)
  return encode(output)
}

/** The thread knows what an answer holds, and this one who may do what: it is asked twice where something is to be hidden. */
async function answerInThread(
  endpoint: ReadEndpoint<unknown, unknown>,
  { authority = localOwner }: House,
  threads: ReaderThreads,
  { input, context, db }: Admitted,
): Promise<Buffer> {
  const { route, heavy } = endpoint
  const module = heavy === true ? undefined : heavy
  const masked = isMasked(endpoint, authority, context.caller)
  const first = await threads.answer(route, input, context, module, masked ? 'ask' : undefined)
  if (Buffer.isBuffer(first)) return first
  const managed = await managedBy(authority, context.caller, first.owners, endpoint, input, db)
  return (await threads.answer(route, input, context, module, managed)) as Buffer
}

/** Whether the caller may is asked of the same state of the database that is then changed; the change and its record are one commit. */
async function answerWrite(
  endpoint: WriteEndpoint<unknown, unknown>,
  { authority = localOwner }: House,
  writer: Writer,
  { input, context, recorded }: Admitted,
): Promise<unknown> {
  const tx = writeWithin(writer, context.caller.workspace_id)
  if (authority !== localOwner) {
    const allowed = requireAccess(authority, context.caller, endpoint.access, input, tx)
    await (recorded ? recorded.unlessDenied(allowed) : allowed)
  }
  if (recorded) return recorded.with(tx, (own) => endpoint.handler(own, input, context))
  return endpoint.handler(tx, input, context)
}

/** A request that may go on: what it asks for, the database as it shows it, and what records it where an audit log is kept. */
type Admitted = { readonly input: unknown; readonly context: Context; readonly db: Reader; readonly recorded: Recorded | undefined }

/** Who asks, what for, and whether they may (`answerWrite`, for what writes): every endpoint's handler runs behind this. */
async function admit(endpoint: Endpoint, house: House, logins: LoginRecord | undefined, request: FastifyRequest): Promise<Admitted> {
  const authority = house.authority ?? localOwner
  if (!house.settings.workspaces && !('public' in endpoint.access)) refuseOtherWorkspaces(request)
  // Nothing is awaited that is there already: a turn of the microtask queue for each would be a tenth of a small write.
  const identified = 'public' in endpoint.access ? { ...NOBODY, address: request.ip } : authority.identify(request)
  const caller: Caller = identified instanceof Promise ? await identified : identified
  const now_ms = Date.now()
  if (house.settings.workspaces) noteWorkspace(request.raw, caller.workspace)
  const counted = house.quotas?.count(caller, now_ms)
  if (counted) await counted
  const arriving = endpoint.kind === 'stream' && endpoint.takes_body !== 'json' ? undefined : bodyOf(endpoint, house, request)
  const body = arriving && (await arriving)
  const bytes = countsBytes(endpoint, body) ? await house.quotas?.bytesOf(caller, now_ms) : undefined
  if (!endpoint.counts_bytes) await bytes?.take(body?.length ?? 0)
  const decoded = decodeInput(endpoint, parametersOf(endpoint, request), queryOf(endpoint, request), body)
  if (house.settings.refuse_secrets) refuseCredentials(endpoint, decoded)
  const db = readWithin(house.db.reader, caller.workspace_id)
  logins?.cameIn(caller, now_ms)
  const workspace = house.settings.workspaces ? caller.workspace : undefined
  const asked = { caller, address: caller.address || request.ip, input: decoded, at_ms: now_ms, workspace }
  const recorded = house.audit && new Recorded(house.audit, endpoint, asked)
  const refusal = caller.token && authority.covers?.(caller, endpoint)
  if (refusal) await (recorded ? recorded.unlessDenied(Promise.reject(refusal)) : Promise.reject(refusal))
  const own = house.settings.workspaces && endpoint.rooted ? inOwnFolder(db, caller, decoded, endpoint.rooted) : decoded
  const input = own instanceof Promise ? await (recorded ? recorded.unlessDenied(own) : own) : own
  if (authority !== localOwner && endpoint.kind !== 'write') {
    const allowed = requireAccess(authority, caller, endpoint.access, input, db)
    await (recorded ? recorded.unlessDenied(allowed) : allowed)
  }
  const shown = shownBy(endpoint)
  const visible = shown === undefined ? ALL : await authority.visible(caller, shown, db)
  return {
    input,
    context: {
      now_ms,
      user: caller.user,
      caller,
      visible,
      default_permission: authority.default_permission ?? 'MANAGE',
      settings: house.settings,
      ...(endpoint.counts_bytes && bytes && { bytes }),
    },
    db,
    recorded,
  }
}

async function inOwnFolder(db: Reader, caller: Caller, input: unknown, field: string): Promise<unknown> {
  const fields = input as Readonly<Record<string, ArtifactPath | undefined>>
  return { ...fields, [field]: await pathInWorkspace(db, caller, fields[field]) }
}

/** Small bodies are as good as counted by requests a second; whoever keeps much by large ones uses up the bytes of the day. */
const countsBytes = (endpoint: Endpoint, body: Buffer | undefined): boolean =>
  endpoint.counts_bytes === true || (endpoint.kind === 'write' && body !== undefined && body.length >= COUNTED_FROM_BYTES)

/** Of which things the answer holds only those that the caller may read. */
function shownBy({ access }: Endpoint): Filtered | undefined {
  if ('filtered' in access) return access.filtered
  return 'permission' in access ? access.shows : undefined
}

/** The JSON's bytes; undefined where the input is in the query: whatever body a GET has is not looked at. */
function bodyOf(endpoint: Endpoint, house: House, request: FastifyRequest): Promise<Buffer> | undefined {
  const { method, headers } = request
  if (method === 'GET' || method === 'HEAD') return undefined
  const type = headers['content-type']
  if (method === 'DELETE' && type === undefined) return undefined
  requireJson(type)
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'The body is compressed: send it as it is, without Content-Encoding.')
  }
  return readBody(request.raw, endpoint.body_max_bytes ?? BODY_MAX_BYTES, house.body_wait_max_ms ?? BODY_WAIT_MAX_MS)
}

function parametersOf({ route }: Endpoint, request: FastifyRequest): Record<string, string> {
  const rest = restParameter(route)
  return rest === undefined ? (request.params as Record<string, string>) : { [rest]: restOfPath(request) }
}

function queryOf(endpoint: Endpoint, { query, headers }: FastifyRequest): Record<string, string> {
  if (endpoint.kind !== 'stream' || !endpoint.from_headers) return query as Record<string, string>
  const given = Object.entries(endpoint.from_headers).map(([field, header]) => [field, headers[header]])
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}

/** A page of another site can send a form or plain text without asking, but not JSON (security case BR-04). */
function requireJson(type: string | undefined): void {
  if (type === 'application/json' || (type !== undefined && /^application\/json\s*(;|$)/i.test(type))) return
  throw invalid("Bad Request. Content-Type must be one of ['application/json']: send the body as JSON with that header.")
}

async function answerStream(
  endpoint: StreamEndpoint<unknown>,
  house: House,
  logins: LoginRecord | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  const { input, context, db, recorded } = await admit(endpoint, house, logins, request)
  const { workspace_id } = context.caller
  const uploading = endpoint.uploads && house.quotas
  const length = request.headers['content-length']
  const upload =
    uploading && (await uploading.beginUpload(context.caller, length === undefined ? undefined : Number(length), context.now_ms))
  const exchange: Exchange = {
    ...(upload && { upload }),
    db,
    write: (work) =>
      house.db.write((writer) => {
        const tx = writeWithin(writer, workspace_id)
        return recorded ? recorded.with(tx, work) : work(tx)
      }),
    body: request.raw,
    headers: request.headers,
    method: request.method,
    query: request.url.slice(request.url.indexOf('?') + 1 || request.url.length),
    signal: gone.signal,
  }
  const answering = endpoint.handler(input, context, exchange).finally(() => upload?.end())
  const answer = await (recorded ? recorded.unlessForbidden(answering) : answering)
  if (endpoint.audited || (request.method !== 'GET' && request.method !== 'HEAD')) recorded?.alone()
  reply.code(answer.status ?? 200)
  for (const [name, value] of Object.entries(answer.headers ?? {})) reply.header(name, value)
  return reply.send(answer.body ?? '')
}
