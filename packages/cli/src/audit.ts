import type { AuditReport, Baseline, Severity } from '@millrace/audit'
import { ConfigProblem, type Option } from '@millrace/server/config'
import type { Command } from './command.ts'
import { version } from './version.ts'

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Auditing' })

const FORMATS = ['text', 'markdown', 'json', 'sarif', 'html']
const LEVELS = ['low', 'medium', 'high', 'critical', 'never']

const auditOptions: readonly Option[] = [
  own({ flag: 'format', value: '<format>', fallback: 'text', about: `How to report: ${FORMATS.join(', ')}` }),
  own({ flag: 'output', value: '<file>', about: 'Write the report there instead of to the terminal' }),
  own({ flag: 'fail-on', value: '<level>', fallback: 'high', about: `Exit with 1 from this risk level on: ${LEVELS.join(', ')}` }),
  own({
    flag: 'baseline',
    value: '<file>',
    about: 'Findings that were judged before; they count for nothing (a folder’s audit-baseline.json, unless said)',
  }),
  own({ flag: 'write-baseline', value: '<file>', about: 'Write what is found now as a baseline' }),
  own({ flag: 'no-allowances', about: 'Heed no allowance that stands in the files: for code of others' }),
  own({ flag: 'name', value: '<name>', about: 'What the report calls it, instead of the path or address' }),
]

/** Exit codes of an audit: what a pipeline goes by. */
export const AUDIT_EXIT = { fine: 0, findings: 1, failed: 3 } as const

/** `millrace audit` */
export const audit: Command = {
  name: 'audit',
  about: 'Write down what is unsafe in MLOps code, or in a running tracking server',
  options: auditOptions,
  argument: { name: 'target', about: 'A folder, a file, or the address of a server' },
  details:
    'Nothing of a folder is run and nothing is sent anywhere: Python, shell, JavaScript, TypeScript, YAML, Dockerfiles, notebooks and ' +
    'the code in Markdown are read by their syntax trees. A server is only asked what anybody may ask it, and nothing is changed. Each ' +
    'finding has its line, why it was flagged, what it means and what to do; documentation and tests weigh less than code that runs. ' +
    'A line is allowed by a comment, `millrace-audit: allow rule/id because`. ' +
    'Exit codes: 0 below --fail-on, 1 at or above it, 3 the audit failed.',
  examples: [
    ['millrace audit .', 'this folder, without what git ignores'],
    ['millrace audit ./skill --format sarif --output audit.sarif', 'for a code host'],
    ['millrace audit . --format html --output audit.html', 'one page, without a script'],
    ['millrace audit ./theirs --no-allowances --fail-on medium', 'code of others, strictly'],
    ['millrace audit http://127.0.0.1:5000', 'a running server'],
  ],
  async run({ given, args: [target] }) {
    if (target === undefined) throw new ConfigProblem('millrace audit needs to know what: millrace audit .')
    const format = oneOf('format', given.format ?? 'text', FORMATS)
    const fail_on = oneOf('fail-on', given['fail-on'] ?? 'high', LEVELS)
    let report: AuditReport
    try {
      report = await look(target, given)
    } catch (error) {
      if (error instanceof ConfigProblem) throw error
      process.stderr.write(`millrace: ${target} could not be audited: ${(error as Error).message}\n`)
      return AUDIT_EXIT.failed
    }
    const { writeFile } = await import('node:fs/promises')
    const { writeBaseline } = await import('@millrace/audit')
    if (typeof given['write-baseline'] === 'string')
      await writeFile(given['write-baseline'], writeBaseline(report.findings, report.allowed))
    const text = `${await written(report, format)}\n`
    if (typeof given.output === 'string') await writeFile(given.output, text)
    else process.stdout.write(text)
    return isOver(report, fail_on) ? AUDIT_EXIT.findings : AUDIT_EXIT.fine
  },
}

function oneOf(flag: string, value: unknown, choices: readonly string[]): string {
  if (!choices.includes(String(value))) throw new ConfigProblem(`--${flag} ${value} is none: it is one of ${choices.join(', ')}.`)
  return String(value)
}

async function look(target: string, given: Record<string, unknown>): Promise<AuditReport> {
  const { auditFolder, auditServer } = await import('@millrace/audit')
  if (/^https?:\/\//.test(target)) return auditServer(target)
  const { basename, resolve } = await import('node:path')
  const name = typeof given.name === 'string' ? given.name : basename(resolve(target))
  const baseline = typeof given.baseline === 'string' ? await baselineFrom(given.baseline) : undefined
  return auditFolder(target, { name, allowances: given['no-allowances'] !== true, ...(baseline && { baseline }) })
}

async function baselineFrom(path: string): Promise<Baseline> {
  const { readBaseline } = await import('@millrace/audit')
  const { readFile } = await import('node:fs/promises')
  try {
    return readBaseline(await readFile(path, 'utf8'))
  } catch (error) {
    throw new ConfigProblem(`--baseline ${path}: ${(error as Error).message}`)
  }
}

async function written(report: AuditReport, format: string): Promise<string> {
  const { htmlReport, jsonReport, markdownReport, sarifReport, textReport } = await import('@millrace/audit')
  if (format === 'html') return htmlReport(report)
  if (format === 'json') return jsonReport(report)
  if (format === 'sarif') return sarifReport(report, version)
  return format === 'markdown' ? markdownReport(report) : textReport(report)
}

const ORDER: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical']

const isOver = ({ findings }: AuditReport, level: string): boolean =>
  level !== 'never' && findings.some(({ weight }) => ORDER.indexOf(weight) >= ORDER.indexOf(level as Severity))
