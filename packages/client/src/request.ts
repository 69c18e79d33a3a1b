import { writeJson } from './json.ts'

/** A call as an HTTP request: where to, and the body, if it has one. */
export type Request = { readonly method: string; readonly path: string; readonly body: string | undefined }

/**
 * Spreads a call's input over path, query and body: what the route names in braces goes into the path (`{*path}` with its slashes); the
 * rest of a GET into the query (an array as a repeated parameter), and the rest of anything else into a JSON body.
 */
export function requestOf(route: string, input: Readonly<Record<string, unknown>>): Request {
  const space = route.indexOf(' ')
  const method = route.slice(0, space)
  const rest: Record<string, unknown> = { ...input }
  const path = route.slice(space + 1).replace(/\{(\*?)(\w+)\}/g, (_, all: string, name: string) => {
    const value = rest[name]
    delete rest[name]
    if (value === undefined || value === '') throw new TypeError(`'${name}' is part of the path of ${route}: it must be given`)
    return all ? encodePath(String(value)) : encodeURIComponent(String(value))
  })
  if (method !== 'GET') return { method, path, body: writeJson(rest) }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(rest)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== null) query.append(name, String(one))
  }
  return { method, path: query.size === 0 ? path : `${path}?${query}`, body: undefined }
}

/** A path for a URL: its segments encoded, its slashes kept. */
export const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/')
