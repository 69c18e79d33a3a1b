import { isIP } from 'node:net'
import { isPublicAddress } from './public-address.ts'

const LOCAL_NAMES = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)$/

/** The host without brackets, in lower case and without the dot that ends a full name. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')

/** The port, also where the URL leaves it to the scheme. */
export const portOf = (url: URL): number => (url.port !== '' ? Number(url.port) : url.protocol === 'https:' ? 443 : 80)

/** Whether the configuration names this host, with or without the port: then it may have any address. */
export function isAllowed(url: URL, allowed_hosts: readonly string[]): boolean {
  const host = hostOf(url)
  const withPort = `${host.includes(':') ? `[${host}]` : host}:${portOf(url)}`
  return allowed_hosts.some((one) => {
    const name = one.toLowerCase()
    return name === withPort || name.replace(/^\[|\]$/g, '') === host
  })
}

/** Why this server doesn't call that host for somebody else, as far as its spelling tells; undefined when it may be tried. */
export function hostProblem(url: URL, allowed_hosts: readonly string[]): string | undefined {
  const host = hostOf(url)
  if (isAllowed(url, allowed_hosts)) return undefined
  if (isIP(host) ? isPublicAddress(host) : host.includes('.') && !LOCAL_NAMES.test(host)) return undefined
  return `'${host}' is not on the public internet. The server's operator can allow it with --webhook-allowed-hosts.`
}
