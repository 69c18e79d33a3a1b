import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigProblem, type Environment, type Given, textOfFile } from '@millrace/server/config'
import { joinTrust, readCertificates, readPublicKey, readTrust, type Trust, trustAuthority, trustKey } from '@millrace/sign'
import { withKeyless } from '@millrace/sign/keyless'
import { keyFolder, textOf } from './key-options.ts'
import { namedIdentity } from './keyless.ts'

/** Whose signatures count, by flags and variables; your own keys, if nothing else is said. @throws ConfigProblem when that is nobody */
export async function trustOf(given: Given, env: Environment): Promise<Trust> {
  const named: Trust[] = []
  const key = textOf(given, 'public-key')
  if (key !== undefined) named.push(trustKey(readPublicKey(textOfFile(key, '--public-key'), key), key))
  const roots = textOf(given, 'certificate-chain')
  if (roots !== undefined) {
    named.push(...readCertificates(textOfFile(roots, '--certificate-chain'), roots).map((one) => trustAuthority(one, roots)))
  }
  const file = textOf(given, 'trust') ?? (env.MILLRACE_TRUST || undefined)
  if (file !== undefined) named.push(readTrust(textOfFile(file, '--trust'), file))
  const identity = await namedIdentity(given)
  if (identity) named.push(identity)
  if (named.length > 0) return withKeyless(joinTrust(...named))
  const own = join(keyFolder(given, env), 'trust.json')
  if (existsSync(own)) return withKeyless(readTrust(textOfFile(own, '--keys'), own))
  throw new ConfigProblem(
    'Whose signature counts? Give --public-key, --certificate-chain, --certificate-identity or --trust; you have no keys of your own here.',
  )
}
