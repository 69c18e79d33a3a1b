import { anyOf } from '../syntax/any-of.ts'

/** Tokens of known services, by their form. */
export const TOKENS = anyOf(
  '',
  /\b(?:AKIA[0-9A-Z]{16}|hf_[A-Za-z0-9]{30,}|dapi[0-9a-f]{32}|AIza[\w-]{35})(?![\w-])/,
  /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,}|glpat-[\w-]{20})(?![\w-])/,
  /\bsk-(?:proj-|ant-)?(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{32,}/,
  /\b(?:xox[abprs]-[\w-]{20,}|npm_[A-Za-z0-9]{36}|pypi-AgEI[\w-]{50,}|dckr_pat_[\w-]{27})(?![\w-]|\.\.\.)/,
  /AccountKey=[A-Za-z0-9+/]{80,}/,
  /hooks\.slack\.com\/services\/T\w+\/B\w+\/\w{20,}/,
)

/** A password in an address; what is filled in, or obviously a gap to be filled in by the reader, is none. */
const URI_PASSWORD = /\b[a-z][a-z0-9+.-]*:\/\/([^\s:/@'"`<>]{0,64}):([^\s/'"`]{2,128})@[\w.[-]/gi
/** An address that says what an address looks like. */
const PATTERN = /\b(?:scheme|protocol|dialect|proto):\/\//i
/** `DB_PASSWORD`, `PASSWORD`: what stands for a value. */
export const STANDS_FOR = /^(?:[A-Z]+(?:_[A-Z]+)+|PASS|PASSWORD|PWD|SECRET|TOKEN)$/
/** What the reader is to fill in. */
export const GAP = /^your|^[<{$%[(*.]|\$\{?\w|\{\w*\}|^(?:x+|\*+|\.+)$|^(?:your|my)[-_ ]|%s|\.\.\./i

/** Users and passwords of the addresses in a line, where they are there and no gaps; of Redis, a password without a user. */
export function loginsIn(line: string): { user: string; password: string }[] {
  if (!line.includes('://') || PATTERN.test(line)) return []
  return [...line.matchAll(URI_PASSWORD)].flatMap(([, user = '', password = '']) =>
    GAP.test(password) || GAP.test(user) || STANDS_FOR.test(password) ? [] : [{ user, password }],
  )
}

/** A secret put together: an example must not be one to those who look for secrets in this repository. */
export const of = (...parts: readonly string[]): string => parts.join('')
