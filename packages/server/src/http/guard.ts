import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Settings } from '../config.ts'
import { ApiError } from './errors.ts'
import { hostRule } from './host.ts'
import { originRule } from './origin.ts'

/** Looks at a request before anything else does. @throws ApiError when it must go no further */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => void

const FRAMES = { DENY: "'none'", SAMEORIGIN: "'self'", NONE: '*' }
const PREFLIGHT_KEPT_S = 600

/** Who may show a page of this server in a frame, for a policy. */
export const framesOf = ({ x_frame_options }: Settings): string => FRAMES[x_frame_options]

/** The policy of pages that this server makes: their own scripts, styles and pictures, nothing inline, no other host. */
export function pagePolicy(settings: Settings): string {
  const own = ['script-src', 'style-src', 'img-src', 'connect-src'].map((kind) => `${kind} 'self'`).join('; ')
  return `default-src 'none'; ${own}; base-uri 'none'; form-action 'none'; frame-ancestors ${FRAMES[settings.x_frame_options]}`
}

/** What every answer carries, errors included; an endpoint that serves a page or a file sets some of them anew. */
export function securityHeaders(settings: Settings): Record<string, string> {
  const frames = settings.x_frame_options
  return {
    'content-security-policy': `default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors ${FRAMES[frames]}`,
    'x-content-type-options': 'nosniff',
    ...(frames !== 'NONE' && { 'x-frame-options': frames }),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  }
}

/**
 * The one check that every request passes, whatever its path (law: no route is apart): who is called, and which page calls. `/health`
 * alone is spared, since load balancers call it by any name; it tells nothing.
 */
export function guardOf(settings: Settings): Guard {
  const isOurHost = hostRule(settings.allowed_hosts)
  const origins = originRule(settings.cors_allowed_origins)
  const headers = securityHeaders(settings)
  const spared = `${settings.static_prefix}/health`
  return (request, reply) => {
    const { raw } = request
    reply.headers(headers)
    reply.header('x-request-id', request.id)
    if (request.originalUrl.charCodeAt(0) !== SLASH)
      throw new ApiError('BAD_REQUEST', 'The request must name a path that begins with a slash.')
    if (request.routeOptions.url === spared) return
    if (isHostRepeated(raw.rawHeaders)) throw new ApiError('BAD_REQUEST', 'The request has more than one Host header.')
    if (!isOurHost(raw.headers.host)) {
      throw new ApiError(
        'PERMISSION_DENIED',
        'Invalid Host header: this server is not known by that name. Start it with --allowed-hosts and the names that it has.',
      )
    }
    if (origins.isForeign(request.method, raw.headers)) {
      throw new ApiError(
        'PERMISSION_DENIED',
        'Cross-origin request blocked: pages of other sites may not call this server, unless it is started with their origin in ' +
          '--cors-allowed-origins.',
      )
    }
    allowOrigin(origins.allowed(raw.headers.origin), reply)
  }
}

const SLASH = 47

/** Node keeps the first of several Host headers in silence, where a proxy before it may go by the last. */
function isHostRepeated(rawHeaders: readonly string[]): boolean {
  let found = false
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    if (name.length !== 4 || name.toLowerCase() !== 'host') continue
    if (found) return true
    found = true
  }
  return false
}

function allowOrigin(allowed: string | undefined, reply: FastifyReply): void {
  if (allowed === undefined) return
  reply.header('access-control-allow-origin', allowed)
  reply.header('access-control-expose-headers', 'x-request-id, content-disposition, content-range')
  if (allowed === '*') return
  reply.header('access-control-allow-credentials', 'true')
  reply.header('vary', 'Origin')
}

/** Puts the guard before every route, and before the answer that there is no such route; answers preflights of allowed origins. */
export function guardEveryRoute(app: FastifyInstance, guard: Guard): void {
  app.addHook('onRequest', (request, reply, done) => {
    try {
      guard(request, reply)
    } catch (error) {
      return done(error as Error)
    }
    if (request.method !== 'OPTIONS' || !reply.hasHeader('access-control-allow-origin')) return done()
    reply.code(204).headers({
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'authorization, content-type, range, x-mlflow-workspace',
      'access-control-max-age': PREFLIGHT_KEPT_S,
    })
    reply.send()
  })
}
