import { createHash } from 'node:crypto'
import type { Finding } from './finding.ts'
import { callsWhere } from './rules/places.ts'
import { anyOf } from './syntax/any-of.ts'
import type { Unit } from './unit.ts'

const READS =
  /(?:^|\.)(?:read_csv|read_json|read_parquet|read_excel|get_json|load_dataset|search_traces|urlopen)$|^(?:requests|httpx)\.get$|^input$/
const ACTS = anyOf(
  '',
  /^subprocess\.|^os\.(?:system|popen|remove)$|^(?:requests|httpx)\.(?:post|put)$/,
  /(?:^|\.)(?:load_model|to_sql|upload_file|transition_model_version_stage)$/,
)
const CHECKS = /validate|sanitize|escape|schema|pydantic|bleach|pandera/i
const BOUNDARIES =
  /<\/?(?:untrusted|user_input|document|data)>|\b(?:treat|regard)\b[^.\n]{0,60}\bas (?:data|untrusted)|BEGIN (?:UNTRUSTED|DATA)/i

/**
 * What others' texts could make an agent do that works by these files: only of a skill (a folder with a SKILL.md), where an agent reads the
 * answers. The four points are those of published audits, worked out from the code.
 */
export function surfaceOf(units: readonly Unit[], findings: readonly Finding[]): Finding[] {
  const skill = units.find(({ file }) => /(?:^|\/)SKILL\.md$/.test(file))
  if (!skill) return []
  const reads = where(units, READS)
  const acts = where(units, ACTS)
  for (const { category, file, line } of findings)
    if (category === 'COMMAND_EXECUTION' || category === 'REMOTE_CODE_EXECUTION') acts.push(`${file}:${line}`)
  if (reads.length === 0 || acts.length === 0) return []
  const checks = where(units, CHECKS)
  const bounded = units.filter(({ text }) => BOUNDARIES.test(text)).map(({ file }) => file)
  const told = (places: readonly string[]): string => [...new Set(places)].sort().slice(0, 5).join(', ') || 'none'
  const severity = checks.length > 0 && bounded.length > 0 ? 'info' : 'low'
  return [
    {
      rule: 'prompt/surface',
      category: 'PROMPT_INJECTION',
      severity,
      confidence: 'medium',
      context: 'code',
      weight: severity,
      title: 'Texts of others reach an agent that can act',
      file: skill.file,
      line: 1,
      end_line: 1,
      evidence:
        `Ingestion points: ${told(reads)}. Boundary markers: ${told(bounded)}. ` +
        `Capability inventory: ${told(acts)}. Sanitization: ${told(checks)}.`,
      why: 'The skill reads data from outside and starts programs, loads models or writes elsewhere.',
      means: 'A text in the data can read like an instruction to the agent.',
      recommendation: 'Mark what was read as data, check it against a schema, and ask the user before anything is run or sent.',
      cwe: 1427,
      fingerprint: createHash('sha256').update(`prompt/surface ${skill.file}`).digest('hex').slice(0, 16),
    },
  ]
}

function where(units: readonly Unit[], pattern: RegExp): string[] {
  const find = callsWhere(({ name }) => pattern.test(name))
  return units
    .filter(({ language }) => language === 'python')
    .flatMap((unit) => find(unit).map(({ line }) => `${unit.file}:${unit.lineInFile(line)}`))
}
