import type { Yaml } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import { judgeYaml } from './judge-yaml.ts'
import { lookalike } from './package-names.ts'

// PEP 508 in short: a name, extras, versions, a marker. No stretch of it can be read in two ways: that many of them were too many.
const VERSIONS = String.raw`\(?\s*(?:(?:===|~=|==|!=|<=|>=|<|>)\s*[\w.*+!-]+\s*(?:,\s*)?)*\)?`
const REQUIREMENT = new RegExp(
  String.raw`^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[\w\s,.-]*\])?\s*(${VERSIONS})\s*(?:;[\w\s.'"<>=!()]*)?$`,
)
const SHELL = /[`$|&\n\r]|;(?!\s*[\w(]+\s*(?:[<>=!]|in\b|not\b))/
const SOURCE = /^(?:git|hg|svn|bzr)\+|^[a-z][\w+.-]*:\/\/|@\s*(?:git\+|https?:|file:|\/)|^\.{0,2}\/|^-e\b|^--editable/i
const INDEX = /^(?:-i|--index-url|--extra-index-url|--trusted-host|-f|--find-links|--no-index|--pre)\b/

// Where Python's splitlines, which pip uses, ends a line: what stands behind one of the rarer ones is no part of a comment.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they end lines
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/
const COMMENT = /(?:^|\s)#.*$/s

/** Judges a `requirements.txt`, a line each. */
export function judgeRequirements(inspection: Inspection, member: string, content: string): void {
  for (const line of content.replace(/\\\r?\n/g, ' ').split(LINE_END)) judgeRequirement(inspection, member, line.replace(COMMENT, ''))
}

function judgeRequirement(inspection: Inspection, member: string, written: string): void {
  const line = written.replace(/\s+/g, ' ').trim()
  if (line === '') return
  if (INDEX.test(line)) {
    inspection.found('environment/index', { member, evidence: line })
    return
  }
  if (/^(?:-r|-c|--requirement|--constraint|--hash)\b/.test(line)) return
  if (SHELL.test(written)) inspection.found('environment/shell', { member, evidence: line })
  if (SOURCE.test(line)) {
    inspection.found('environment/source', { member, evidence: line })
    return
  }
  const [, name, versions = ''] = REQUIREMENT.exec(line.replace(/\s+--hash[=\s].*$/, '')) ?? []
  if (name === undefined) {
    inspection.found('environment/source', { member, evidence: `${line}: this is no requirement` })
    return
  }
  const known = lookalike(name)
  if (known) inspection.found('environment/name', { member, evidence: `${name}, which looks like ${known}` })
  if (!/==/.test(versions)) inspection.found('environment/unpinned', { member, evidence: line })
}

const CHANNELS = new Set(['conda-forge', 'defaults', 'pytorch', 'nvidia', 'anaconda', 'bioconda', 'nodefaults'])

/** Judges a `conda.yaml`: its channels, and the requirements for pip in it. */
export function judgeConda(inspection: Inspection, member: string, content: string): void {
  const value = judgeYaml(inspection, member, content)
  if (!(value instanceof Map)) return
  const environment = value as ReadonlyMap<string, Yaml>
  for (const channel of listOf(environment.get('channels'))) {
    if (typeof channel === 'string' && !CHANNELS.has(channel))
      inspection.found('environment/index', { member, evidence: `channel ${channel}` })
  }
  for (const one of listOf(environment.get('dependencies'))) {
    if (typeof one === 'string' && SHELL.test(one)) inspection.found('environment/shell', { member, evidence: one })
    if (!(one instanceof Map)) continue
    for (const line of listOf((one as ReadonlyMap<string, Yaml>).get('pip'))) judgeRequirement(inspection, member, String(line ?? ''))
  }
}

/** Judges a `python_env.yaml`: builders have put its lines into a shell. */
export function judgePythonEnvironment(inspection: Inspection, member: string, content: string): void {
  const value = judgeYaml(inspection, member, content)
  if (!(value instanceof Map)) return
  for (const key of ['build_dependencies', 'dependencies']) {
    for (const line of listOf((value as ReadonlyMap<string, Yaml>).get(key))) judgeRequirement(inspection, member, String(line ?? ''))
  }
  const python = (value as ReadonlyMap<string, Yaml>).get('python')
  if (typeof python === 'string' && !/^[\w.*+-]+$/.test(python))
    inspection.found('environment/shell', { member, evidence: `python: ${python}` })
}

const listOf = (value: Yaml | undefined): readonly Yaml[] => (Array.isArray(value) ? (value as readonly Yaml[]) : [])
