import { lookup } from 'node:dns/promises'
import type { ClientRequestArgs, IncomingMessage } from 'node:http'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { hostOf, hostProblem, isAllowed, portOf } from './host-problem.ts'
import { httpRequest } from './http-request.ts'
import { isPublicAddress } from './public-address.ts'

/** The host may not be called: trying again changes nothing. */
export class Refused extends Error {}

export type Sent = { readonly status: number; readonly retry_after: string | undefined }

export type Outgoing = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Hosts that may have any address. */
  readonly allowed_hosts: readonly string[]
  /** For everything: name, connection, handshake, request and answer. */
  readonly timeout_ms?: number
  /** Ends it early: the server stops. */
  readonly signal?: AbortSignal
  /** How names become addresses; the system's way unless given. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
  /** How an address is connected to; the system's way unless given. */
  readonly open?: (address: string, port: number) => Socket
}

const TIMEOUT_MS = 10_000
const ANSWER_MAX_BYTES = 16_384

/**
 * Posts to an address that somebody else chose: the one way in which this server does so. It goes to public addresses only, checked
 * before it connects and again on the connected socket, so that a name that changes its mind between the two gains nothing. It follows no
 * redirect, uses no proxy of the environment, and tells nothing of the answer but its status.
 * @throws Refused when the host may not be called
 * @throws Error when it can't be reached, or doesn't answer in time
 */
export async function post(outgoing: Outgoing): Promise<Sent> {
  const url = new URL(outgoing.url)
  const timeout_ms = outgoing.timeout_ms ?? TIMEOUT_MS
  const timeout = AbortSignal.timeout(timeout_ms)
  const signal = outgoing.signal ? AbortSignal.any([timeout, outgoing.signal]) : timeout
  try {
    const socket = await connected(url, outgoing, signal)
    try {
      return await exchange(url, socket, outgoing, signal)
    } finally {
      socket.destroy()
    }
  } catch (error) {
    if (timeout.aborted) throw new Error(`no answer within ${timeout_ms / 1000} s`, { cause: error })
    throw error
  }
}

/** How a connection is made: where it may go, and by what. */
export type Ways = Pick<Outgoing, 'allowed_hosts' | 'resolve' | 'open'>

/** A connection to where the URL says, if it may be. @throws Refused */
export async function connected(url: URL, outgoing: Ways, signal: AbortSignal): Promise<Socket> {
  const problem = hostProblem(url, outgoing.allowed_hosts)
  if (problem !== undefined) throw new Refused(problem)
  const any = isAllowed(url, outgoing.allowed_hosts)
  const host = hostOf(url)
  const addresses = isIP(host) ? [host] : await orAborted((outgoing.resolve ?? systemAddresses)(host), signal)
  const inner = any ? undefined : addresses.find((address) => !isPublicAddress(address))
  if (inner !== undefined) throw new Refused(`'${host}' has the address ${inner}, which is not on the public internet.`)
  let failure: unknown = new Error(`'${host}' has no address`)
  for (const address of addresses) {
    try {
      return await secured(url, await dial(address, url, any, outgoing.open, signal), signal)
    } catch (error) {
      failure = error
      if (signal.aborted || error instanceof Refused) break
    }
  }
  throw failure
}

const systemAddresses = async (host: string): Promise<string[]> => (await lookup(host, { all: true })).map(({ address }) => address)

/** The connection to an address, which is looked at once more where it ended up. */
async function dial(address: string, url: URL, any: boolean, open: Outgoing['open'], signal: AbortSignal): Promise<Socket> {
  const port = portOf(url)
  const socket = open ? open(address, port) : connect({ host: address, port, signal })
  await settled(socket, 'connect', signal)
  if (any || isPublicAddress(socket.remoteAddress ?? '')) return socket
  socket.destroy()
  throw new Refused(`the connection leads to ${socket.remoteAddress ?? 'nowhere'}, which is not on the public internet.`)
}

async function secured(url: URL, socket: Socket, signal: AbortSignal): Promise<Socket> {
  if (url.protocol !== 'https:') return socket
  const host = hostOf(url)
  const secure = connectTls({ socket, host, ...(isIP(host) === 0 && { servername: host }) })
  secure.once('close', () => socket.destroy())
  await settled(secure, 'secureConnect', signal).catch((error: NodeJS.ErrnoException) => {
    throw certificateProblem(host, error)
  })
  return secure
}

const NOT_TRUSTED = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_UNTRUSTED)/

/** What a person can do about it; other failures stay as they are. */
function certificateProblem(host: string, error: NodeJS.ErrnoException): Error {
  const { code = '', message } = error
  if (NOT_TRUSTED.test(code)) {
    const cure = 'if its authority is your own, name its certificate in NODE_EXTRA_CA_CERTS.'
    return new Error(`the certificate of '${host}' is not trusted (${message}): ${cure}`, { cause: error })
  }
  if (!code.startsWith('CERT_') && !code.startsWith('ERR_TLS_CERT_')) return error
  return new Error(`the certificate of '${host}' does not hold: ${message}`, { cause: error })
}

function settled(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  const arrived = new Promise<void>((resolve, reject) => {
    socket.once(event, () => resolve())
    socket.once('error', reject)
  })
  // Errors that come later reach whoever uses the socket then; without a listener the process would end.
  socket.on('error', () => {})
  return orAborted(arrived, signal).catch((error: unknown) => {
    socket.destroy()
    throw error
  })
}

function exchange(url: URL, socket: Socket, { body, headers }: Outgoing, signal: AbortSignal): Promise<Sent> {
  const options: ClientRequestArgs = {
    method: 'POST',
    path: url.pathname + url.search,
    headers: { ...headers, host: url.host, connection: 'close', 'content-length': Buffer.byteLength(body) },
    createConnection: () => socket,
    signal,
  }
  return new Promise<Sent>((resolve, reject) => {
    const request = httpRequest(options, (answer) => resolve(statusOf(answer)))
    request.on('error', reject)
    request.end(body)
  })
}

/** The answer counts when its head is there; of its body a little is taken, so that a receiver can finish in peace. */
function statusOf(answer: IncomingMessage): Promise<Sent> {
  const sent = { status: answer.statusCode ?? 0, retry_after: answer.headers['retry-after'] }
  return new Promise((resolve) => {
    let bytes = 0
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > ANSWER_MAX_BYTES) answer.destroy()
    })
    answer.on('error', () => resolve(sent))
    answer.on('close', () => resolve(sent))
  })
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
