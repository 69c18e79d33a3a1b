import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * The addresses that are somebody's on the public internet: IANA's globally reachable unicast, written as what is let through, so that
 * what nobody thought of is refused. IPv6 that carries an IPv4 address inside (mapped, NAT64, 6to4, Teredo) is not among them.
 */
const UNICAST_V6 = subnets([['2000::', 3]], 'ipv6')

const NOT_PUBLIC_V6 = subnets(
  [
    ['2001::', 23], // protocol assignments: Teredo, ORCHID, benchmarks
    ['2001:db8::', 32], // documentation
    ['2002::', 16], // 6to4
    ['3fff::', 20], // documentation
  ],
  'ipv6',
)

const NOT_PUBLIC_V4 = subnets(
  [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10], // shared by carriers; 100.100.100.200 is Alibaba's metadata
    ['127.0.0.0', 8],
    ['169.254.0.0', 16], // link-local: the metadata of most clouds
    ['172.16.0.0', 12],
    ['192.0.0.0', 24], // protocol assignments; 192.0.0.192 is Oracle's metadata
    ['192.0.2.0', 24],
    ['192.88.99.0', 24], // 6to4 relays
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 3], // multicast, reserved, broadcast
    ['168.63.129.16', 32], // public by number: Azure's wire server, reachable from every machine there
  ],
  'ipv4',
)

function subnets(list: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList {
  const found = new BlockList()
  for (const [address, bits] of list) found.addSubnet(address, bits, family)
  return found
}

/** Whether an IP address (without brackets) is one that this server may call for somebody else. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !NOT_PUBLIC_V4.check(address, 'ipv4')
  // A zone (`fe80::1%eth0`) belongs to this machine.
  if (!isIPv6(address) || address.includes('%')) return false
  return UNICAST_V6.check(address, 'ipv6') && !NOT_PUBLIC_V6.check(address, 'ipv6')
}
