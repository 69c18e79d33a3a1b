import type { AuditReport, Baseline, Severity } from '@millrace/audit'
import type { Input, MillraceClient } from '@millrace/client'
import { ConfigProblem, type Environment, type Given, type Option, refusePasswords } from '@millrace/server/config'
import type { Command } from './command.ts'
import { progress } from './progress.ts'
import { trackingOption } from './signing/tracking-option.ts'
import { version } from './version.ts'

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Auditing' })

const FORMATS = ['text', 'markdown', 'json', 'sarif', 'html']
/** So many lines about what was not read a server keeps. */
const LINES_MAX = 4_000
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
  own({ flag: 'active', about: 'Try published attacks on the server, of those that can be taken back: on things made for it and deleted' }),
  own({ flag: 'i-own-this-server', about: 'Let --active go to another machine: you may attack it' }),
  own({
    flag: 'keep',
    about:
      'Have the server of --tracking-uri keep the report: its page shows it to you and to admins, and what is new since the one before',
  }),
  trackingOption,
  own({ flag: 'name', value: '<name>', about: 'What the report calls it, instead of the path or address' }),
]

/** Exit codes of an audit: what a pipeline goes by. */
export const AUDIT_EXIT = { fine: 0, findings: 1, failed: 3 } as const

/** `millrace audit` */
export const audit: Command = {
  name: 'audit',
  about: 'Write down what is unsafe in MLOps code, or in a running tracking server',
  options: auditOptions,
  argument: { name: 'target', about: 'A folder, a file, models:/churn/7, s3://bucket/prefix, or the address of a server' },
  details:
    'Nothing of a folder is run and nothing is sent anywhere: Python, shell, JavaScript, TypeScript, YAML, Dockerfiles, notebooks and ' +
    'the code in Markdown are read by their syntax trees. Models’ files ' +
    'are scanned without being loaded; those of a bucket are looked for in the registry too, where one is named. ' +
    'A server is asked what it is, and what its registry holds, with the login that MLflow’s ' +
    'clients take from the environment; nothing is changed, unless with --active. Each ' +
    'finding has its line, why it was flagged, what it means and what to do; documentation and tests weigh less than code that runs. ' +
    'A line is allowed by a comment, `millrace-audit: allow rule/id because`. ' +
    'Exit codes: 0 below --fail-on, 1 at or above it, 2 what was typed can’t be followed, 3 the audit failed. A server of which not ' +
    'everything could be looked at, for want of a login say, does not pass: it counts as medium.',
  examples: [
    ['millrace audit .', 'this folder, without what git ignores'],
    ['millrace audit ./skill --format sarif --output audit.sarif', 'for a code host'],
    ['millrace audit . --format html --output audit.html', 'one page, without a script'],
    ['millrace audit ./theirs --no-allowances --fail-on medium', 'code of others, strictly'],
    ['millrace audit http://127.0.0.1:5000', 'a running server'],
    [
      'MLFLOW_TRACKING_USERNAME=ann MLFLOW_TRACKING_PASSWORD=$(cat pw) millrace audit https://ml.example',
      'with a login: without, it can’t look at what needs one',
    ],
    ['millrace audit http://127.0.0.1:5000 --active', 'and attacks that can be taken back'],
    ['millrace audit . --keep --tracking-uri http://127.0.0.1:5000', 'and the page of that server shows it'],
    ['millrace audit models:/churn/7 --tracking-uri http://127.0.0.1:5000', 'the files of a registered version'],
    ['millrace audit s3://models/churn', 'what a bucket holds there, by AWS_* and MLFLOW_S3_ENDPOINT_URL'],
  ],
  async run({ given, args: [target], env }) {
    if (target === undefined) throw new ConfigProblem('millrace audit needs to know what: millrace audit .')
    refusePasswords({ target }, () => 'The address')
    const keeper = given.keep === true ? await keeperOf(given, env) : undefined
    const format = oneOf('format', given.format ?? 'text', FORMATS)
    const fail_on = oneOf('fail-on', given['fail-on'] ?? 'high', LEVELS)
    let report: AuditReport
    try {
      report = await look(target, given, env)
    } catch (error) {
      if (error instanceof ConfigProblem) throw error
      return failed(`${target} could not be audited: ${reasonOf(error as NodeJS.ErrnoException)}`)
    }
    const { isAtLeast, writeBaseline } = await import('@millrace/audit')
    const text = `${await written(report, format)}\n`
    if (!(await saved(given, 'write-baseline', writeBaseline(report.findings, report.allowed)))) return AUDIT_EXIT.failed
    if (!(await saved(given, 'output', text))) return AUDIT_EXIT.failed
    if (typeof given.output !== 'string') process.stdout.write(text)
    if (keeper && !(await kept(keeper, report))) return AUDIT_EXIT.failed
    return fail_on !== 'never' && isAtLeast(report, fail_on as Severity) ? AUDIT_EXIT.findings : AUDIT_EXIT.fine
  },
}

function failed(why: string): number {
  process.stderr.write(`millrace: ${why}\n`)
  return AUDIT_EXIT.failed
}

/** What went wrong, in words for who typed the target. */
function reasonOf({ code = '', message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file or folder.'
  if (code === 'ECONNREFUSED') return `nobody answers there (${message}): is it running, and is that its port?`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `its name is not known here (${message}).`
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code))
    return `its certificate is not trusted here (${message}): name a file with its authority in NODE_EXTRA_CA_CERTS.`
  return message
}

/** Writes what a flag names a file for; says so where that fails: exit code 1 would say that something was found. */
async function saved(given: Given, flag: string, text: string): Promise<boolean> {
  const file = given[flag]
  if (typeof file !== 'string') return true
  const { writeFile } = await import('node:fs/promises')
  try {
    await writeFile(file, text)
    return true
  } catch (error) {
    failed(`--${flag} ${file} was not written: ${(error as Error).message}`)
    return false
  }
}

/** @throws ConfigProblem when no server is named */
async function keeperOf(given: Given, env: Environment): Promise<MillraceClient> {
  const { trackingClient } = await import('./signing/tracking.ts')
  return trackingClient(given, env)
}

/** Sends the report to be kept; says where it is. */
async function kept(keeper: MillraceClient, { findings, allowed, not_read, passed, ...report }: AuditReport): Promise<boolean> {
  try {
    const plain = {
      findings: [...findings],
      allowed: [...allowed],
      not_read: not_read.slice(0, LINES_MAX),
      passed: passed.slice(0, LINES_MAX),
    }
    // Surfaces are lists that nobody changes, which the wire's type does not know.
    const body = { ...report, ...plain } as unknown as Input<'POST /api/2.0/millrace/audits'>
    const { audit_id } = (await keeper.audits.create(body)).audit
    process.stderr.write(`Kept as ${audit_id}: ${keeper.options.url}/#/audits/${audit_id}\n`)
    return true
  } catch (error) {
    process.stderr.write(`millrace: the report was not kept: ${(error as Error).message}\n`)
    return false
  }
}

function oneOf(flag: string, value: unknown, choices: readonly string[]): string {
  if (!choices.includes(String(value))) throw new ConfigProblem(`--${flag} ${value} is none: it is one of ${choices.join(', ')}.`)
  return String(value)
}

async function look(target: string, given: Given, env: Environment): Promise<AuditReport> {
  const { auditFolder, auditServer } = await import('@millrace/audit')
  if (/^https?:/i.test(target)) {
    if (!URL.canParse(target)) throw new ConfigProblem(`"${target}" is no address of a server: write it like http://127.0.0.1:5000.`)
    return auditServer(target, { login: await loginFor(target, env), active: await mayAttack(target, given) })
  }
  const called = typeof given.name === 'string' ? given.name : target
  if (target.startsWith('s3://')) {
    const { auditBucket } = await import('./audit-bucket.ts')
    return auditBucket(target, called, await registryFrom(given, env), env)
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(target))
    throw new ConfigProblem(`"${target}" can't be audited: name a folder, a file, models:/churn/7, s3://bucket/prefix or http://host:5000.`)
  if (/^models:/.test(target)) {
    const { scanSource } = await import('./scan-source.ts')
    const source = await scanSource(target, given, env)
    try {
      return await auditFolder(source.path, { name: called, allowances: false })
    } finally {
      source.done()
    }
  }
  const { basename, resolve } = await import('node:path')
  const name = typeof given.name === 'string' ? given.name : basename(resolve(target))
  const baseline = typeof given.baseline === 'string' ? await baselineFrom(given.baseline) : undefined
  const tell = progress()
  const report = await auditFolder(target, {
    name,
    allowances: given['no-allowances'] !== true,
    ...(baseline && { baseline }),
    onProgress: ({ done, of, file }) => tell(() => `${done} of ${of} files: ${file}`),
  })
  if (report.files + report.not_read.length > 0) return report
  throw new ConfigProblem(`There is nothing to audit in ${target}: no file, or none that git keeps (--no-allowances reads the others too).`)
}

/** The registry that is asked about models in a bucket, where one is named. */
async function registryFrom(given: Given, env: Environment): Promise<MillraceClient | undefined> {
  if (!given['tracking-uri'] && !env.MLFLOW_TRACKING_URI) return undefined
  return (await import('./signing/tracking.ts')).trackingClient(given, env)
}

/** Attacks go to this machine, or where somebody says that it is theirs. @throws ConfigProblem */
async function mayAttack(target: string, given: Given): Promise<boolean> {
  if (given.active !== true) return false
  const { isNear } = await import('@millrace/audit')
  if (isNear(target) || given['i-own-this-server'] === true) return true
  throw new ConfigProblem(`--active attacks ${target}, which is another machine: say --i-own-this-server if you may.`)
}

/** The login that MLflow's clients take from the environment: by itself, or with the address of the same server. */
async function loginFor(target: string, env: Environment): Promise<Record<string, string>> {
  const { MLFLOW_TRACKING_TOKEN: token, MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password } = env
  if (token) return { authorization: `Bearer ${token}` }
  if (user && password) return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
  const { MLFLOW_TRACKING_URI: uri = '' } = env
  if (!URL.canParse(uri) || new URL(uri).origin !== new URL(target).origin) return {}
  const { MillraceClient } = await import('@millrace/client')
  return new MillraceClient({ url: uri }).headers()
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
