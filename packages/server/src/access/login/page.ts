import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { Settings } from '../../config.ts'
import { readBody } from '../../http/body.ts'
import type { Exchange, StreamAnswer } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { framesOf } from '../../http/guard.ts'
import { cookieOf, csrfOf, isCsrfOf, setCookie } from '../cookies.ts'

const FORM_MAX_BYTES = 16_384
const FORM_WAIT_MAX_MS = 20_000
const FORM_LASTS_S = 12 * 60 * 60

/** Text in HTML, between tags and in quoted attributes. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

/**
 * A page with a form, without a script. Its policy allows the form to this server only, and its referrer is told to this server only: to
 * none at all, a browser would say that the form comes from nowhere (`Origin: null`), which the guard refuses.
 */
export function formPage(title: string, body: string, settings: Settings, headers: Exchange['headers']): StreamAnswer {
  const prefix = settings.static_prefix
  const own = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'"
  const policy = `${own}; frame-ancestors ${framesOf(settings)}`
  const known = cookieOf('form', headers)
  const secret = known ?? randomBytes(24).toString('base64url')
  const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escaped(title)} · Millrace</title>
    <link rel="icon" href="${prefix}/login/assets/icon.svg">
    <link rel="stylesheet" href="${prefix}/login/assets/login.css">
  </head>
  <body>
    <main>
      <span class="brand"><img src="${prefix}/login/assets/icon.svg" alt="">Millrace</span>
      <h1>${escaped(title)}</h1>
      ${body.replaceAll('{csrf}', `<input type="hidden" name="csrf_token" value="${csrfOf(secret)}">`)}
    </main>
  </body>
</html>
`
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'referrer-policy': 'same-origin',
      ...(known === undefined && { 'set-cookie': setCookie('form', secret, headers, FORM_LASTS_S) }),
    },
    body: html,
  }
}

/** The fields of a form. @throws ApiError when it is none, or is too long */
export async function fieldsOf({ body, headers }: { body: Readable; headers: Exchange['headers'] }): Promise<URLSearchParams> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(String(headers['content-type'] ?? ''))) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'This endpoint takes the form of its page; programs have endpoints that take JSON.')
  }
  return new URLSearchParams((await readBody(body as IncomingMessage, FORM_MAX_BYTES, FORM_WAIT_MAX_MS)).toString('utf8'))
}

/** Whether the form came from a page that this browser got from us (security case AU-04). */
export function isOwnForm(fields: URLSearchParams, headers: Exchange['headers']): boolean {
  const secret = cookieOf('form', headers)
  return secret !== undefined && isCsrfOf(secret, fields.get('csrf_token'))
}

/** Goes on to a path of this server. */
export const goTo = (location: string, set_cookie?: string): StreamAnswer => ({
  status: 303,
  headers: { location, ...(set_cookie !== undefined && { 'set-cookie': set_cookie }) },
})
