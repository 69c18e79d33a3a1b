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
const PARTS = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g
const EVIDENCE_AROUND = 40

/** Judges a Jinja template: an expression in it that reaches for Python's inside is for nothing else. */
export function judgeTemplate(inspection: Inspection, member: string, template: string): void {
  for (const [part] of template.matchAll(PARTS)) {
    for (const pattern of INSIDE) {
      const found = pattern.exec(part)
      if (!found) continue
      const evidence = part.slice(Math.max(0, found.index - EVIDENCE_AROUND), found.index + found[0].length + EVIDENCE_AROUND)
      inspection.found('template/escape', { member, evidence })
      break
    }
  }
}
