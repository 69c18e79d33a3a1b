import type { FastifyRequest } from 'fastify'
import { invalid } from './errors.ts'

const REST = /\{\*([a-z_]+)\}$/

/** The name of the parameter that takes the rest of a route's path, slashes included: `{*artifact_path}` at its end. */
export const restParameter = (route: string): string | undefined => REST.exec(route)?.[1]

/**
 * The rest of the path behind the route's fixed part, as it was sent, decoded once: the router's own idea of it is not asked, since what
 * is judged must be what was sent.
 * @throws ApiError INVALID_PARAMETER_VALUE when it is not percent-encoded UTF-8, or the fixed part is spelled in another way.
 */
export function restOfPath(request: FastifyRequest): string {
  const target = request.raw.url ?? ''
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  const fixed = (request.routeOptions.url ?? '').slice(0, -1)
  if (!path.startsWith(fixed)) throw invalid('Invalid path')
  try {
    return decodeURIComponent(path.slice(fixed.length))
  } catch {
    throw invalid('Invalid path: it is not percent-encoded UTF-8.')
  }
}
