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

export const unauthenticated = (): ApiError =>
  new ApiError(
    'UNAUTHENTICATED',
    'You are not authenticated. Give a user name and password in MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or a token in ' +
      'MLFLOW_TRACKING_TOKEN.',
    { headers: { 'www-authenticate': 'Basic realm="mlflow"' } },
  )
