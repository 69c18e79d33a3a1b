import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { invalid } from '../http/errors.ts'
import { isBreached } from './breached.ts'
import { isGuessable } from './guessable.ts'

const LENGTH_MIN = 12
export const PASSWORD_LENGTH_MAX = 1024
const MEMORY_MAX_BYTES = 2 ** 26
const KEY_BYTES = 32

/** @throws ApiError when the password is one that others guess */
export function requireGoodPassword(password: string, username: string): void {
  if (password.length < LENGTH_MIN) throw invalid(`The password is too short: take at least ${LENGTH_MIN} characters.`)
  if (password.length > PASSWORD_LENGTH_MAX) throw invalid(`The password is longer than ${PASSWORD_LENGTH_MAX} characters.`)
  if (isGuessable(password, username) || isBreached(password)) {
    throw invalid('The password is among those that are tried first: take several words that do not belong together, or random characters.')
  }
}

/** What a hash costs: stored with it, so that it can be raised for those to come. */
export type Cost = { readonly log2_n: number; readonly r: number; readonly p: number }
const COST: Cost = { log2_n: 15, r: 8, p: 3 }

function derive(password: string, salt: Buffer, { log2_n, r, p }: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N: 2 ** log2_n, r, p, maxmem: MEMORY_MAX_BYTES }
    scrypt(password.normalize('NFC'), salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

const stored = ({ log2_n, r, p }: Cost, salt: Buffer, key: Buffer): string =>
  `scrypt$${log2_n},${r},${p}$${salt.toString('base64url')}$${key.toString('base64url')}`

/** The password as it is stored: `scrypt$cost$salt$key`. Takes as long as a login, on a thread of libuv's. */
export async function hashPassword(password: string, cost = COST): Promise<string> {
  const salt = randomBytes(16)
  return stored(cost, salt, await derive(password, salt, cost))
}

/** What is compared where there is no account or no password, so that the answer takes as long as for one (security case AU-06). */
const NO_ONES = stored(COST, randomBytes(16), randomBytes(KEY_BYTES))

/** Whether it is the password that was stored; always no, at the same cost, where nothing was. */
export async function isPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  const [, cost = '', salt = '', key = ''] = (hash ?? NO_ONES).split('$')
  const [log2_n = 0, r = 0, p = 0] = cost.split(',').map(Number)
  const known = Buffer.from(key, 'base64url')
  const derived = await derive(password.slice(0, PASSWORD_LENGTH_MAX + 1), Buffer.from(salt, 'base64url'), { log2_n, r, p })
  return known.length === derived.length && timingSafeEqual(known, derived) && hash != null
}
