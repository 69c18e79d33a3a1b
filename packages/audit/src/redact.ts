import { TOKENS } from './rules/secret-forms.ts'

const SHOWN_MAX = 160
const SHOWN_OF_TOKEN = 4

type Hiding = readonly [RegExp, (match: string, ...groups: string[]) => string]

const cut = (all: string): string => `${all.slice(0, SHOWN_OF_TOKEN)}***`

const ALWAYS: readonly Hiding[] = [
  [new RegExp(TOKENS.source, 'g'), cut],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@'"]*):[^\s/'"]+@/gi, (_all, before = '') => `${before}:***@`],
  [/(hooks\.slack\.com\/services\/)[\w/]+/g, (_all, before = '') => `${before}***`],
  [/\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{24,}\b/g, cut],
]
const NAME = /((?:password|passwd|passphrase|pwd|secret|(?:api|access|secret|private|account)[_-]?key|token|[_-]pass)["']?\]?\s*)/
const VALUE = /(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"',)]{3,}))/
const NAMED: Hiding = [
  new RegExp(String.raw`${NAME.source}(:[ \w.[\]]+=\s*|[:=]\s*)${VALUE.source}`, 'gi'),
  (all, name = '', sign = '', double = '', single = '', bare = '') => {
    const quote = double ? '"' : single ? "'" : ''
    const is_read = /^[\w.]+\(|^\$|^\{|^os\.|^[fr]?["']/.test(double || single || bare)
    return is_read || (quote === '' && bare === '') ? all : `${name}${sign}${quote}***${quote}`
  },
]

/** A line as a report may show it: on one line, without control characters, not long, and its secrets gone, those that rules named too. */
export function redact(text: string, is_secret: boolean, secrets: readonly string[] = []): string {
  const visible = withoutSecrets(text, secrets)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) =>
      sign === '\t' || sign === '\n' ? ' ' : `<U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`,
    )
    .trim()
    .replaceAll(/ {2,}/g, ' ')
  const hidden = (is_secret ? [...ALWAYS, NAMED] : ALWAYS).reduce((shown, [pattern, by]) => shown.replaceAll(pattern, by as never), visible)
  return hidden.length > SHOWN_MAX ? `${hidden.slice(0, SHOWN_MAX)}…` : hidden
}

/** The longest first: one may be in another. What is `:secret@` of an address is hidden there alone. */
const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  [...secrets]
    .sort((a, b) => b.length - a.length)
    .reduce((shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, /^:.+@$/.test(secret) ? ':***@' : '***')), text)
