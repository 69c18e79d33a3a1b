import { hash, timingSafeEqual } from 'node:crypto'
import { parseHost } from '../http/host.ts'

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** The cookie that signs a browser in, and the one that binds a form to the browser that got it. */
export type CookieKind = 'session' | 'form' | 'flow'

const VALUE = /^[A-Za-z0-9_-]{20,1000}$/

/**
 * Whether the browser came by TLS, which a proxy adds: its page's origin says so, or the proxy. A `Secure` cookie can't be set without
 * TLS, so a server that is called by plain http, on one's own machine, has a cookie without that.
 */
export const isSecure = (headers: Headers): boolean =>
  String(headers.origin ?? '').startsWith('https:') || headers['x-forwarded-proto'] === 'https'

/**
 * The cookie's name. Under `__Host-` browsers take it from this very host by TLS only, so that no other host of the domain can plant one.
 * Without TLS it is named after the port, since browsers send cookies of one port to all of a machine.
 */
function nameOf(kind: CookieKind, secure: boolean, headers: Headers): string {
  const base = { session: 'millrace', form: 'millrace-form', flow: 'millrace-flow' }[kind]
  return secure ? `__Host-${base}` : `${base}-${parseHost(String(headers.host ?? ''))?.port || '80'}`
}

/** What the browser sent of a cookie; the one without TLS only where nothing says that there is TLS. */
export function cookieOf(kind: CookieKind, headers: Headers): string | undefined {
  const { cookie } = headers
  if (typeof cookie !== 'string') return undefined
  const names = isSecure(headers) ? [true] : [true, false]
  for (const secure of names) {
    const prefix = `${nameOf(kind, secure, headers)}=`
    const found = cookie
      .split(';')
      .map((one) => one.trim())
      .filter((one) => one.startsWith(prefix))
    // Two of one name: which is ours is not for us to guess.
    if (found.length === 1) {
      const value = (found[0] as string).slice(prefix.length)
      return VALUE.test(value) ? value : undefined
    }
  }
  return undefined
}

/** A `Set-Cookie` that scripts can't read and other sites' requests don't carry, but for links that are followed. */
export function setCookie(kind: CookieKind, value: string, headers: Headers, max_age_s: number, secure = isSecure(headers)): string {
  const name = nameOf(kind, secure, headers)
  return `${name}=${value}; Path=/; Max-Age=${max_age_s}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}

/** What a page of ours sends beside the cookie, and a page of others can't know: made of the cookie, which no script can read. */
export const csrfOf = (secret: string): string => hash('sha256', `csrf ${secret}`, 'base64url')

export function isCsrfOf(secret: string, given: unknown): boolean {
  const [expected, got] = [Buffer.from(csrfOf(secret)), Buffer.from(typeof given === 'string' ? given : '')]
  return expected.length === got.length && timingSafeEqual(expected, got)
}
