import type { ClientRequestArgs, IncomingMessage } from 'node:http'
import { httpRequest } from './http-request.ts'
import { connected } from './post.ts'

const TIMEOUT_MS = 10_000
const ANSWER_MAX_BYTES = 1_048_576

/**
 * A `fetch` for libraries that call servers which the operator named: by the rules of `post`, it goes to public addresses and to the hosts
 * named here, follows no redirect, uses no proxy of the environment, and takes no more than a megabyte, within ten seconds.
 */
export function fetchWithin(allowed_hosts: readonly string[]) {
  return async (address: string, { method, headers, body }: RequestInit): Promise<Response> => {
    const url = new URL(address)
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const socket = await connected(url, { allowed_hosts }, signal)
    try {
      const bytes = body == null ? undefined : Buffer.from(await new Response(body).arrayBuffer())
      const options: ClientRequestArgs = {
        method: method ?? 'GET',
        path: url.pathname + url.search,
        headers: {
          ...Object.fromEntries(new Headers(headers)),
          host: url.host,
          connection: 'close',
          ...(bytes && { 'content-length': bytes.length }),
        },
        createConnection: () => socket,
        signal,
      }
      return await new Promise<Response>((resolve, reject) => {
        const request = httpRequest(options, (answer) => responseOf(answer).then(resolve, reject))
        request.on('error', reject)
        request.end(bytes)
      })
    } finally {
      socket.destroy()
    }
  }
}

async function responseOf(answer: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    length += (chunk as Buffer).length
    if (length > ANSWER_MAX_BYTES) throw new Error(`the answer is longer than ${ANSWER_MAX_BYTES} bytes`)
    chunks.push(chunk as Buffer)
  }
  const status = answer.statusCode ?? 502
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) for (const one of [value ?? []].flat()) headers.append(name, one)
  return new Response(status === 204 || status === 304 ? null : Buffer.concat(chunks), { status, headers })
}
