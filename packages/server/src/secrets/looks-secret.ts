/** What stands in an answer where a value was that looks like a credential. */
export const MASKED = '[masked]'

const SHORTEST = 11

// Each begins with what only such a secret begins with, and every repetition has an end: a hostile value costs no more than its length.
const BY_VALUE = new RegExp(
  [
    '\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b',
    '\\bgh[pousr]_[A-Za-z0-9]{36}',
    '\\bgithub_pat_[A-Za-z0-9_]{22}',
    '\\bhf_[A-Za-z0-9]{30}',
    '(?<![A-Za-z0-9])sk-(?:[A-Za-z0-9]{1,12}-){0,3}[A-Za-z0-9_]{20}',
    '\\b[rs]k_(?:live|test)_[A-Za-z0-9]{16}',
    '\\bxox[abeoprs]-[A-Za-z0-9-]{10}',
    '\\bdapi[0-9a-f]{32}',
    '\\bglpat-[A-Za-z0-9_-]{20}',
    '\\bnpm_[A-Za-z0-9]{36}',
    '\\bpypi-AgE[A-Za-z0-9_-]{20}',
    '\\bmlr_[0-9A-Za-z]{38}',
    '\\bAIza[0-9A-Za-z_-]{35}',
    '\\beyJ[A-Za-z0-9_-]{8,4000}\\.eyJ[A-Za-z0-9_-]{8,8000}\\.[A-Za-z0-9_-]{8}',
    '\\b[Bb]earer [A-Za-z0-9._~+/-]{20}',
    '\\bAccountKey=[A-Za-z0-9+/]{40}',
    // A URI with a password in it, unless something stands there in its place: `***`, `<password>`, `${PASSWORD}`.
    '\\b[a-z][a-z0-9+.]{1,20}://[^\\s/:@?#]{0,200}:(?![*<$%{xX.]+|password@)[^\\s/@?#]{1,200}@',
    '-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----',
  ].join('|'),
)

/** What a key's name says of its value: a password, another secret, or a token, of which machine learning has others. */
type Said = 'password' | 'secret' | 'token' | 'nothing'

const PASSWORDS = new Set(['password', 'passwd', 'pwd', 'passphrase'])
const SECRETS = new Set(['secret', 'secrets', 'apikey', 'credential', 'credentials', 'authtoken', 'accesstoken', 'secretkey', 'privatekey'])
const KINDS_OF_KEY = new Set(['api', 'access', 'secret', 'private', 'encryption', 'signing', 'account', 'auth', 'master'])
const KINDS_OF_TOKEN = new Set(['access', 'api', 'auth', 'bearer', 'refresh', 'session', 'id', 'oauth', 'personal', 'bot', 'secret'])

const saidBy = new Map<string, Said>()
const KEYS_MAX = 10_000

function said(key: string): Said {
  const known = saidBy.get(key)
  if (known) return known
  if (saidBy.size >= KEYS_MAX) saidBy.clear()
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
  const found = saidOf(words.at(-1) ?? '', words.at(-2) ?? '')
  saidBy.set(key, found)
  return found
}

/** The last word counts: `api_key_file` and `token_count` hold no secrets. */
function saidOf(last: string, before: string): Said {
  if (PASSWORDS.has(last)) return 'password'
  if (SECRETS.has(last) || (last === 'key' && KINDS_OF_KEY.has(before))) return 'secret'
  if (last !== 'token') return 'nothing'
  return KINDS_OF_TOKEN.has(before) ? 'secret' : 'token'
}

/** What stands where a secret would: nothing, a number, a switch, or the place where it is found. */
const TRIVIAL =
  /^(?:-?[\d.]+|none|null|nil|true|false|yes|no|on|off|auto|default|unset|required|optional|\*+|x+|<.*>|\[.*\]|\$.*|\{.*\}|%.*%)$/i
const PLACE = /^(?:env|file|vault|arn|secret|ssm|aws|gcp|azure|k8s):|^[~.]{0,2}\//i
const RANDOM = /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9._~+/=-]{16,}$/

/**
 * Whether a param or a tag looks like a credential: by the form of its value (cloud keys, API tokens, JSON web tokens, private keys,
 * URIs with a password), or because its key says so and its value is no trivial one.
 */
export function looksSecret(key: string, value: string): boolean {
  const says = said(key)
  if (says !== 'nothing') {
    if (says === 'password' && value.length >= 4 && (!TRIVIAL.test(value) || /^\d+$/.test(value)) && !PLACE.test(value)) return true
    if (says === 'secret' && value.length >= 8 && !/\s/.test(value) && !TRIVIAL.test(value) && !PLACE.test(value)) return true
    if (says === 'token' && RANDOM.test(value) && !PLACE.test(value)) return true
  }
  return value.length >= SHORTEST && BY_VALUE.test(value)
}
