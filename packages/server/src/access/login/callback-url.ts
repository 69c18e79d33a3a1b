import type { Settings } from '../../config.ts'
import type { Exchange } from '../../http/endpoint.ts'
import { isSecure } from '../cookies.ts'
import type { Provider } from '../oidc/index.ts'

/**
 * The address to which the provider sends the browser back: below the server's public one, or else below that by which it is called,
 * which the guard has looked at.
 */
export function callbackUrl({ settings }: Provider, headers: Exchange['headers'], { static_prefix }: Settings): URL {
  const base = settings.public_url ?? `${isSecure(headers) ? 'https' : 'http'}://${headers.host}`
  return new URL(`${base.replace(/\/$/, '')}${static_prefix}/login/oidc/callback`)
}
