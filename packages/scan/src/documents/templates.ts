import type { Inspection } from '../inspection.ts'

// Ways from a template to the inside of Python, for each of which a chat template's author has no use.
const INSIDE = [
  /__(?:class|mro|base|bases|subclasses|globals|init|builtins|import|getattribute|getitem|dict|code|reduce|self|func|loader|spec)__/,
  /\|\s*attr\s*\(/,
  /\[\s*['"]_{1,2}/,
  /\[\s*['"][^'"]*['"]\s*(?:~|\+)\s*['"]/,
  /\b(?:os|subprocess|sys|builtins|posix)\s*\.\s*\w+\s*\(/,
  /\.\s*(?:popen|system|eval|exec|check_output|getenv|environ|mro|subclasses|func_globals|gi_frame|f_globals|cr_frame)\b/,
  /\b(?:eval|exec|open|popen|__import__|getattr)\s*\(/,
  /\b(?:cycler|joiner|lipsum|namespace|request|config|self|url_for|get_flashed_messages)\s*(?:\.\s*_|\[\s*['"]_)/,
  /\b(?:request|config)\s*\.\s*(?:from_object|application|environ)\b/,
  /\\x5f\\x5f|\\u005f|\\137|%c%c|'_'\s*\*\s*\d|"_"\s*\*\s*\d/,
  /\{%-?\s*(?:include|import|from|extends)\b/,
]
const CLOSE = { '{{': '}}', '{%': '%}' } as const
const EVIDENCE_AROUND = 40

/** Judges a Jinja template: an expression in it that reaches for Python's inside is for nothing else. */
export function judgeTemplate(inspection: Inspection, member: string, template: string): void {
  for (const part of partsOf(template)) {
    for (const pattern of INSIDE) {
      const found = pattern.exec(part)
      if (!found) continue
      const evidence = part.slice(Math.max(0, found.index - EVIDENCE_AROUND), found.index + found[0].length + EVIDENCE_AROUND)
      inspection.found('template/escape', { member, evidence })
      break
    }
  }
}

/** What stands in `{{ }}` and `{% %}`. An end that is nowhere is looked for once, however many parts begin. */
function* partsOf(template: string): Generator<string, void, void> {
  const begins = /\{[{%]/g
  const never = new Set<string>()
  for (let found = begins.exec(template); found && never.size < 2; found = begins.exec(template)) {
    const open = found[0] as keyof typeof CLOSE
    const end = never.has(open) ? -1 : template.indexOf(CLOSE[open], found.index + 2)
    if (end === -1) {
      never.add(open)
      begins.lastIndex = found.index + 1
    } else {
      yield template.slice(found.index, end + 2)
      begins.lastIndex = end + 2
    }
  }
}
