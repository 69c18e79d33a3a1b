import { BlockList, isIP } from 'node:net'
import { ConfigProblem } from '../config-problem.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether only this machine can reach a server that listens there. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  const family = isIP(bare)
  return family === 0 ? bare.toLowerCase() === 'localhost' : loopback.check(bare, family === 4 ? 'ipv4' : 'ipv6')
}

/** A server without a login that others can reach is everybody's: that is said in so many words, or it doesn't start. */
export function refuseOpenBind(host: string, insecure: boolean, has_login: boolean, warnings: string[]): void {
  if (isLoopback(host) || has_login) return
  if (!insecure) {
    throw new ConfigProblem(
      `Whoever reaches ${host} could read and change everything: add --auth, so that people have to sign in; or listen on 127.0.0.1; ` +
        'or add --insecure-no-auth if the network around this machine is the protection.',
    )
  }
  warnings.push(`--insecure-no-auth: nobody has to sign in, and whoever reaches ${host} can read and change everything.`)
}
