import { resolve } from 'node:path'
import type { Signing } from '../config.ts'
import { ConfigProblem } from '../config-problem.ts'
import { secretIn } from '../named-file.ts'
import { Secret } from '../secret.ts'
import type { Environment } from './option.ts'
import type { Picker } from './pick.ts'

/** Whose signatures of models count, and what the server itself signs with; undefined where nothing is said. @throws ConfigProblem */
export function signingOf(pick: Picker, env: Environment): Signing | undefined {
  const trust = pick.text('signing-trust')
  const file = pick.text('signing-key')
  const text = env.MILLRACE_SIGNING_KEY
  if (file && text) throw new ConfigProblem(`${file.from} and MILLRACE_SIGNING_KEY both give the key: take one away.`)
  if (!trust && !file && !text) return undefined
  const password = secretIn(env, 'MILLRACE_KEY_PASSWORD')
  return {
    ...(trust && { trust_file: resolve(trust.value) }),
    ...(file && { key_file: resolve(file.value) }),
    ...(text && { key: new Secret(text) }),
    ...(password !== undefined && { key_password: new Secret(password) }),
  }
}
