import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'

/** A parsed Host header. `port` is '' where none is given. */
export type Host = { readonly name: string; readonly port: string }

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)(?::(\d{1,5}))?$/
const HOST_LENGTH_MAX = 260
const REMEMBERED_MAX = 100

/** The parts of a Host header, in lower case and without the last dot of a full name; undefined when it is not one. */
export function parseHost(text: string): Host | undefined {
  if (text.length > HOST_LENGTH_MAX) return undefined
  const found = HOST.exec(text.toLowerCase())
  if (!found) return undefined
  const name = (found[1] as string).replace(/\.$/, '')
  if (name.startsWith('[') && !isIPv6(name.slice(1, -1))) return undefined
  return { name, port: found[2] ?? '' }
}

/** Localhost, loopback addresses and the addresses of this machine: a name that an attacker owns is never one of these. */
function isOwn({ name }: Host): boolean {
  if (name === 'localhost') return true
  const address = name.startsWith('[') ? name.slice(1, -1) : name
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined
  return family !== undefined && ownAddresses().check(address, family)
}

// Read anew each time: a notebook computer changes networks while the server runs. `hostRule` remembers the answers.
function ownAddresses(): BlockList {
  const own = new BlockList()
  own.addSubnet('127.0.0.0', 8, 'ipv4')
  own.addAddress('::1', 'ipv6')
  // "Every address of this machine": what people copy from a server's start message.
  own.addAddress('0.0.0.0', 'ipv4')
  own.addAddress('::', 'ipv6')
  for (const list of Object.values(networkInterfaces())) {
    for (const { address, family } of list ?? []) own.addAddress(address, family === 'IPv4' ? 'ipv4' : 'ipv6')
  }
  return own
}

/**
 * Compiles one entry of `--allowed-hosts`. Besides exact names (with `:port`, or for every port) these patterns are taken:
 * - `*`: every name;
 * - `*.example.com`: every name below `example.com`;
 * - `app-*.example.com`: the star stands for a part of the first label;
 * - `192.168.*`: addresses, and only addresses: `192.168.evil.com` is a name and no match (security case BR-02).
 * @throws Error when the entry is none of these
 */
export function hostPattern(entry: string): (host: Host) => boolean {
  if (entry === '*') return () => true
  const [, pattern = '', port] = /^(.*?)(?::(\d{1,5}|\*))?$/.exec(entry.toLowerCase()) ?? []
  const matches = namePattern(pattern)
  if (!matches) {
    throw new Error(
      `--allowed-hosts: '${entry}' can't be matched safely. Give exact names (mlflow.example.com), '*.example.com', 'app-*.example.com', ` +
        `the beginning of an IPv4 address ('192.168.*'), or '*' for every name.`,
    )
  }
  if (port === undefined || port === '*') return ({ name }) => matches(name)
  return (host) => host.port === port && matches(host.name)
}

function namePattern(pattern: string): ((name: string) => boolean) | undefined {
  if (!pattern.includes('*')) {
    const exact = parseHost(pattern)
    return exact && ((name) => name === exact.name)
  }
  if (/^\d{1,3}(\.\d{1,3}){0,2}\.\*$/.test(pattern)) {
    const prefix = pattern.slice(0, -1)
    return (name) => isIPv4(name) && name.startsWith(prefix)
  }
  const found = /^([a-z0-9_-]*)\*([a-z0-9_-]*)((?:\.[a-z0-9_-]+)*\.[a-z0-9_-]*[a-z_-][a-z0-9_-]*)$/.exec(pattern)
  if (!found) return undefined
  const [, before = '', after = '', domain = ''] = found
  const isWholeLabel = before === '' && after === ''
  return (name) => {
    if (!name.endsWith(domain)) return false
    const rest = name.slice(0, -domain.length)
    if (isWholeLabel) return rest !== ''
    return !rest.includes('.') && rest.length >= before.length + after.length && rest.startsWith(before) && rest.endsWith(after)
  }
}

/**
 * Whether a Host header names this server. A page whose name was rebound to 127.0.0.1 reaches this server, but with its own name in
 * the header (CVE-2025-14279).
 * @throws Error when an entry of `--allowed-hosts` is not understood
 */
export function hostRule(allowed_hosts: readonly string[]): (header: string | undefined) => boolean {
  const patterns = allowed_hosts.map(hostPattern)
  const remembered = new Set<string>()
  return (header) => {
    if (header === undefined) return false
    if (remembered.has(header)) return true
    const host = parseHost(header)
    if (!host || !(isOwn(host) || patterns.some((matches) => matches(host)))) return false
    if (remembered.size < REMEMBERED_MAX) remembered.add(header)
    return true
  }
}
