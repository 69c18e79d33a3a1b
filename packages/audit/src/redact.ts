import { TOKENS } from './rules/secret-forms.ts'

const SHOWN_MAX = 160
const SHOWN_OF_TOKEN = 4

type Hiding = readonly [RegExp, (match: string, ...groups: string[]) => string]

const cut = (all: string): string => `${all.slice(0, SHOWN_OF_TOKEN)}***`

const ALWAYS: readonly Hiding[] = [
  [new RegExp(TOKENS.source, 'g'), cut],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@'"]+):[^\s/@'"]+@/gi, (_all, before = '') => `${before}:***@`],
  [/(hooks\.slack\.com\/services\/)[\w/]+/g, (_all, before = '') => `${before}***`],
  [/\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{24,}\b/g, cut],
]
const NAMED: Hiding = [
  /((?:password|passwd|pwd|secret|(?:api|access|secret|private)[_-]?key|token)["']?\s*(?::[ \w.[\]]+=|[:=])\s*)(["']?)([^\s"',)]{3,})\2/gi,
  (all, before = '', quote = '', value = '') => (/^[\w.]+\(|^\$|^\{|^os\.|^[fr]?["']/.test(value) ? all : `${before}${quote}***${quote}`),
]

/** A line as a report may show it: on one line, without control characters, not long, and its secrets gone. */
export function redact(text: string, is_secret: boolean): string {
  const visible = text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) =>
      sign === '\t' || sign === '\n' ? ' ' : `<U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`,
    )
    .trim()
    .replaceAll(/ {2,}/g, ' ')
  const hidden = (is_secret ? [...ALWAYS, NAMED] : ALWAYS).reduce((shown, [pattern, by]) => shown.replaceAll(pattern, by as never), visible)
  return hidden.length > SHOWN_MAX ? `${hidden.slice(0, SHOWN_MAX)}…` : hidden
}
