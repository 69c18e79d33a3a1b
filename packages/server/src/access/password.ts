import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { invalid } from '../http/errors.ts'
import { isGuessable } from './guessable.ts'

const LENGTH_MIN = 12
export const PASSWORD_LENGTH_MAX = 1024
const COST = { N: 2 ** 15, r: 8, p: 3 }
const MEMORY_MAX_BYTES = 2 ** 26
const KEY_BYTES = 32

/** @throws ApiError when the password is one that others guess */
export function requireGoodPassword(password: string, username: string): void {
  if (password.length < LENGTH_MIN) throw invalid(`The password is too short: take at least ${LENGTH_MIN} characters.`)
  if (password.length > PASSWORD_LENGTH_MAX) throw invalid(`The password is longer than ${PASSWORD_LENGTH_MAX} characters.`)
  if (isGuessable(password, username)) {
    throw invalid('The password is among those that are tried first: take several words that do not belong together, or random characters.')
  }
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { ...COST, maxmem: MEMORY_MAX_BYTES }
    scrypt(password.normalize('NFC'), salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

/** The password as it is stored: `scrypt$salt$key`. Takes as long as a login, on a thread of libuv's. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  return `scrypt$${salt.toString('base64url')}$${(await derive(password, salt)).toString('base64url')}`
}

/** What is compared where there is no account or no password, so that the answer takes as long as for one (security case AU-06). */
const NO_ONES = `scrypt$${randomBytes(16).toString('base64url')}$${randomBytes(KEY_BYTES).toString('base64url')}`

/** Whether it is the password that was stored; always no, at the same cost, where nothing was. */
export async function isPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  const [, salt = '', key = ''] = (stored ?? NO_ONES).split('$')
  const known = Buffer.from(key, 'base64url')
  const derived = await derive(password.slice(0, PASSWORD_LENGTH_MAX + 1), Buffer.from(salt, 'base64url'))
  return known.length === derived.length && timingSafeEqual(known, derived) && stored != null
}
