import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import type { Finding, Surface } from './finding.ts'
import { callsWhere } from './rules/places.ts'
import { anyOf } from './syntax/any-of.ts'
import { program } from './syntax/commands.ts'
import type { Unit } from './unit.ts'

const READS = anyOf(
  '',
  /(?:^|\.)(?:read_csv|read_json|read_parquet|read_excel|get_json|load_dataset|search_traces|urlopen|download_artifacts)$/,
  /^(?:requests|httpx)\.get$|^input$|^fetch$|^axios\.get$/,
)
/** Functions that a serving wrapper is called by: their arguments are what somebody sent. */
const SERVED = /^(?:predict|predict_raw|infer|score|invocations)$/
const ACTS = anyOf(
  '',
  /^subprocess\.|^child_process\.|^os\.(?:system|popen|remove)$|^(?:requests|httpx|axios)\.(?:post|put)$/,
  /(?:^|\.)(?:load_model|to_sql|upload_file|transition_model_version_stage)$/,
)
const CONTROLS = /^(?:docker|kubectl|helm|terraform|podman|gcloud|aws|az|mlflow|bentoml|airflow|prefect)$/
const CHECKS = /validate|sanitize|escape|schema|pydantic|bleach|pandera/i
const BOUNDARIES =
  /<\/?(?:untrusted|user_input|document|data)>|\b(?:treat|regard)\b[^.\n]{0,60}\bas (?:data|untrusted)|BEGIN (?:UNTRUSTED|DATA)/i
const SKILL = /(?:^|\/)SKILL\.md$/

type Places = { readonly files: ReadonlySet<string>; readonly surface: Surface }

/** What of some files takes in others' texts, and what it can do. */
function surfaceIn(units: readonly Unit[], findings: readonly Finding[]): Places {
  const files = new Set(units.map(({ file }) => file))
  const acts = [...where(units, ACTS), ...commands(units)]
  for (const { category, file, line } of findings) {
    if (files.has(file) && (category === 'COMMAND_EXECUTION' || category === 'REMOTE_CODE_EXECUTION')) acts.push(`${file}:${line}`)
  }
  return {
    files,
    surface: {
      ingestion_points: sorted([...where(units, READS), ...served(units)]),
      boundary_markers: sorted(units.filter(({ text }) => BOUNDARIES.test(text)).map(({ file }) => file)),
      capability_inventory: sorted(acts),
      sanitization: sorted(where(units, CHECKS)),
    },
  }
}

/**
 * What others' texts could make an agent do that works by these files: of each skill (a folder with a SKILL.md), where an agent reads the
 * answers. The four points are those of published audits, worked out from the code.
 */
export function surfacesOf(units: readonly Unit[], findings: readonly Finding[]): Finding[] {
  const skills = [...new Set(units.filter(({ file }) => SKILL.test(file)).map(({ file }) => file))]
  return skills.flatMap((skill) => {
    const { surface } = surfaceIn(around(units, skill), findings)
    const { ingestion_points, capability_inventory, boundary_markers, sanitization } = surface
    if (ingestion_points.length === 0 || capability_inventory.length === 0) return []
    const severity = sanitization.length > 0 && boundary_markers.length > 0 ? 'info' : 'low'
    return [
      {
        rule: 'prompt/surface',
        category: 'PROMPT_INJECTION',
        severity,
        confidence: 'medium',
        context: 'code',
        weight: severity,
        title: 'Texts of others reach an agent that can act',
        file: skill,
        line: 1,
        end_line: 1,
        evidence: `${ingestion_points.length} ways in, ${capability_inventory.length} things that it can do`,
        surface,
        why: 'The skill reads data from outside and starts programs, loads models or writes elsewhere.',
        means: 'A text in the data can read like an instruction to the agent.',
        recommendation: 'Mark what was read as data, check it against a schema, and ask the user before anything is run or sent.',
        cwe: 1427,
        fingerprint: createHash('sha256').update(`prompt/surface ${skill}`).digest('hex').slice(0, 16),
      },
    ]
  })
}

/** Findings of PROMPT_INJECTION with the four points of the skill, or else the folder, that they are in. */
export function withSurfaces(units: readonly Unit[], findings: readonly Finding[]): Finding[] {
  const known = new Map<string, Places>()
  return findings.map((finding) => {
    if (finding.category !== 'PROMPT_INJECTION' || finding.surface) return finding
    const folder = posix.dirname(finding.file)
    const places = known.get(folder) ?? surfaceIn(around(units, finding.file), findings)
    known.set(folder, places)
    return { ...finding, surface: places.surface }
  })
}

/** The units in the folder of a file and below. */
function around(units: readonly Unit[], file: string): Unit[] {
  const folder = posix.dirname(file)
  return folder === '.' ? [...units] : units.filter((unit) => unit.file.startsWith(`${folder}/`))
}

function where(units: readonly Unit[], pattern: RegExp): string[] {
  const find = callsWhere(({ name }) => pattern.test(name))
  return units
    .filter(({ language }) => language === 'python' || language === 'javascript')
    .flatMap((unit) => find(unit).map(({ line }) => `${unit.file}:${unit.lineInFile(line)}`))
}

const served = (units: readonly Unit[]): string[] =>
  units
    .filter(({ language, text }) => language === 'python' && /def (?:predict|infer|score|invocations)/.test(text))
    .flatMap((unit) =>
      unit.facts.functions.filter(({ name }) => SERVED.test(name)).map(({ line }) => `${unit.file}:${unit.lineInFile(line)}`),
    )

const commands = (units: readonly Unit[]): string[] =>
  units
    .filter(({ language }) => language === 'shell')
    .flatMap((unit) =>
      unit.commands.filter((one) => CONTROLS.test(program(one)[0] ?? '')).map(({ line }) => `${unit.file}:${unit.lineInFile(line)}`),
    )

const sorted = (places: readonly string[]): string[] => [...new Set(places)].sort()
