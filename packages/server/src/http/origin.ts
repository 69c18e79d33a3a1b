import type { IncomingHttpHeaders } from 'node:http'

/** Which pages may call this server: its own, and those of the origins that the operator named. */
export type OriginRule = {
  /** Whether the request was made by a page that may not make it. Requests of programs have neither header and are none of this. */
  isForeign(method: string, headers: IncomingHttpHeaders): boolean
  /** What `Access-Control-Allow-Origin` says to this origin; undefined for those that were not named. */
  allowed(origin: string | undefined): string | undefined
}

/**
 * The check of Origin and Sec-Fetch-Site (security cases BR-03 to BR-06).
 * @throws Error when an entry of `--cors-allowed-origins` is no origin
 */
export function originRule(cors_allowed_origins: readonly string[]): OriginRule {
  const everyone = cors_allowed_origins.includes('*')
  const named = new Set(cors_allowed_origins.filter((origin) => origin !== '*').map(requireOrigin))
  const allowed = (origin: string | undefined): string | undefined => {
    if (origin === undefined) return undefined
    if (named.has(origin)) return origin
    return everyone ? '*' : undefined
  }
  return {
    allowed,
    isForeign(method, headers) {
      const { origin } = headers
      const site = headers['sec-fetch-site']
      if (origin === undefined && site === undefined) return false
      if (everyone || allowed(origin) !== undefined) return false
      const isOwnSite = site === undefined || site === 'same-origin' || site === 'none'
      if (origin !== undefined) return !isOwnSite || !isSameOrigin(origin, headers.host)
      return !isOwnSite && !isFollowedLink(method, headers)
    },
  }
}

/** An Origin as browsers write it, whose host and port are those that were called. A proxy may have added TLS, so both schemes count. */
function isSameOrigin(origin: string, host: string | undefined): boolean {
  const url = URL.parse(origin)
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === origin && url.host === host?.toLowerCase()
}

/** Another site's link that opens a page of this server in a tab: the other site can't see it, and a GET changes nothing. */
function isFollowedLink(method: string, headers: IncomingHttpHeaders): boolean {
  const reads = method === 'GET' || method === 'HEAD'
  return reads && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
}

function requireOrigin(entry: string): string {
  const url = URL.parse(entry)
  if (url && /^https?:$/.test(url.protocol) && url.origin === entry && !entry.includes('*')) return entry
  throw new Error(`--cors-allowed-origins: '${entry}' is not an origin as browsers send it: give 'https://app.example.com', or '*'.`)
}
