import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { invalid } from '../http/errors.ts'

const LENGTH_MIN = 12
export const PASSWORD_LENGTH_MAX = 1024
const COST = { N: 2 ** 15, r: 8, p: 3 }
const MEMORY_MAX_BYTES = 2 ** 26
const KEY_BYTES = 32

/** What passwords are made of by those who were told to make them long: alone, such a word is no secret. */
const COMMON = new Set(
  (
    'password passwort passw administrator admin root user guest test testing welcome letmein login master secret secure changeme ' +
    'qwerty qwertyuiop qwertz asdfgh asdfghjkl zxcvbnm abc abcdef abcdefghijkl iloveyou monkey dragon football baseball sunshine ' +
    'princess ' +
    'superman batman starwars trustno mustang shadow michael jordan computer internet summer winter spring autumn mlflow millrace ' +
    'databricks adminpassword mypassword newpassword yourpassword userpassword passwordadmin welcomeadmin'
  ).split(' '),
)
const LOOKALIKES: Record<string, string> = { '@': 'a', '4': 'a', '3': 'e', '1': 'i', '!': 'i', '0': 'o', $: 's', '5': 's', '7': 't' }

/** @throws ApiError when the password is one that others guess */
export function requireGoodPassword(password: string, username: string): void {
  if (password.length < LENGTH_MIN) throw invalid(`The password is too short: take at least ${LENGTH_MIN} characters.`)
  if (password.length > PASSWORD_LENGTH_MAX) throw invalid(`The password is longer than ${PASSWORD_LENGTH_MAX} characters.`)
  if (isGuessable(password, username)) {
    throw invalid('The password is among those that are tried first: take several words that do not belong together, or random characters.')
  }
}

function isGuessable(password: string, username: string): boolean {
  const lower = password.toLowerCase()
  if (new Set(lower).size < 5) return true
  if (username.length >= 3 && bare(lower.replaceAll(username.toLowerCase(), '')).length < 3) return true
  const unit = lower.length <= 64 ? (/^(.+?)\1+$/.exec(lower)?.[1] ?? lower) : lower
  if (isRunOfCharacters(unit)) return true
  return [bare(unit), bare(plain(unit)), plain(bare(unit))].some((word) => word.length < 3 || COMMON.has(word))
}

/** Without the digits and signs at both ends. */
const bare = (text: string): string => text.replace(/^[^\p{L}]+/u, '').replace(/[^\p{L}]+$/u, '')
const plain = (text: string): string => text.replace(/[@43!1$057]/g, (sign) => LOOKALIKES[sign] ?? sign)

/** `abcdefghijkl`, `098765432109` */
function isRunOfCharacters(text: string): boolean {
  let steps = 0
  for (let at = 1; at < text.length; at++) steps += Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) === 1 ? 1 : 0
  return steps >= text.length - 2
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
