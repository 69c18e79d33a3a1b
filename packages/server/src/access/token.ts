import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_LENGTH = 32
const CHECK_LENGTH = 6

/** A new API token: `mlr_`, 190 random bits and a checksum, so that scanners for secrets find it and typing errors cost no look-up. */
export function newToken(): string {
  const random = Array.from({ length: RANDOM_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  return `mlr_${random}${checksum(random)}`
}

/** Whether it was made by {@link newToken}, as far as can be told by looking at it. */
export function looksLikeToken(text: string): boolean {
  const [, random = '', check] = /^mlr_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/.exec(text) ?? []
  return check !== undefined && check === checksum(random)
}

/** What is stored of a token: it is long and random, so that a quick hash will do. */
export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex')

function checksum(text: string): string {
  let rest = crc32(text)
  let out = ''
  for (let n = 0; n < CHECK_LENGTH; n++) {
    out = LETTERS[rest % LETTERS.length] + out
    rest = Math.floor(rest / LETTERS.length)
  }
  return out
}
