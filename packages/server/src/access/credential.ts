import type { FastifyRequest } from 'fastify'
import { ApiError } from '../http/errors.ts'

/** What a request gives as proof: a password or a token of HTTP Basic, or a token as Bearer, which has no name beside it. */
export type Credential = { readonly name: string | undefined; readonly secret: string }

/** The credential of an `Authorization` header; undefined when it is none of those that are known. */
export function credentialOf(header: string): Credential | undefined {
  const [, scheme = '', value = ''] = /^(basic|bearer) +(\S+)$/i.exec(header) ?? []
  if (scheme.toLowerCase() === 'bearer') return { name: undefined, secret: value }
  if (scheme === '') return undefined
  const text = Buffer.from(value, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 1 || text.includes('\0') ? undefined : { name: text.slice(0, colon), secret: text.slice(colon + 1) }
}

const MESSAGE =
  'You are not authenticated. Give a user name and password in MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or a token in ' +
  'MLFLOW_TRACKING_TOKEN.'

export const unauthenticated = (): ApiError =>
  new ApiError('UNAUTHENTICATED', MESSAGE, { headers: { 'www-authenticate': 'Basic realm="mlflow"' } })

/** Sends a person to the page where one signs in. */
class SignInFirst extends ApiError {
  override get status(): number {
    return 303
  }
}

/**
 * What one is told who gives no proof: a browser that opens a page is sent to where one signs in; a script of a page gets the error without
 * the header that would open the browser's own dialog; a program gets both.
 */
export function notSignedIn({ method, headers, url }: FastifyRequest, static_prefix: string): ApiError {
  const mode = headers['sec-fetch-mode']
  if (mode === undefined) return unauthenticated()
  if (mode !== 'navigate' || method !== 'GET') return new ApiError('UNAUTHENTICATED', MESSAGE)
  const next = encodeURIComponent(url)
  return new SignInFirst('UNAUTHENTICATED', 'Sign in first.', { headers: { location: `${static_prefix}/login?next=${next}` } })
}
