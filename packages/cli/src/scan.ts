import { writeFileSync } from 'node:fs'
import type { Ending, ScanReport } from '@millrace/scan'
import { ConfigProblem, type Environment, type Given, type Option } from '@millrace/server/config/problem'
import type { Command } from './command.ts'
import { progress } from './progress.ts'
import type { ScanSource } from './scan-source.ts'
import { trackingOption } from './signing/tracking-option.ts'
import { version } from './version.ts'

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Scanning' })

const FORMATS = ['text', 'json', 'sarif', 'cyclonedx']

const scanOptions: readonly Option[] = [
  own({ flag: 'format', value: '<format>', fallback: 'text', about: `How to report: ${FORMATS.join(', ')}` }),
  own({ flag: 'output', value: '<file>', about: 'Write the report there instead of to the terminal' }),
  trackingOption,
]

/** Exit codes of a scan: what a pipeline goes by. */
export const SCAN_EXIT = { clean: 0, findings: 1, not_looked_at: 2, failed: 3 } as const

const EXIT_OF: Readonly<Record<Ending, number>> = {
  clean: SCAN_EXIT.clean,
  suspicious: SCAN_EXIT.findings,
  malicious: SCAN_EXIT.findings,
  'not looked at': SCAN_EXIT.not_looked_at,
}

/** `millrace scan` */
export const scan: Command = {
  name: 'scan',
  about: 'Find out whether the files of a model would run something when they are loaded',
  options: scanOptions,
  argument: { name: 'path', about: 'A file, a folder, a registered version (models:/churn/3), or s3://bucket/prefix' },
  details:
    'Nothing is loaded: files are read as data, in a process without network, environment and rights to write. What a file is, its ' +
    'content ' +
    'decides, never its name, and every member of every archive is looked at. A file ends as clean, suspicious, malicious, or not ' +
    'looked at, ' +
    'which is never the same as clean. Exit codes: 0 all clean, 1 something was found, 2 something was not looked at, 3 the scan failed.',
  examples: [
    ['millrace scan model.pkl', 'a file'],
    ['millrace scan ./model --format sarif --output scan.sarif', 'a folder, for a code host'],
    ['millrace scan models:/churn/3 --tracking-uri http://127.0.0.1:5000', 'a registered version, fetched by its digests'],
    ['millrace scan s3://models/churn', 'what a bucket holds there, by AWS_* and MLFLOW_S3_ENDPOINT_URL'],
    ['millrace scan ./model --format cyclonedx', 'as a bill of materials, with the digest of each file'],
  ],
  async run({ given, args: [path], env }) {
    if (path === undefined) throw new ConfigProblem('millrace scan needs to know what: millrace scan ./model')
    const format = String(given.format ?? 'text')
    if (!FORMATS.includes(format)) throw new ConfigProblem(`--format ${format} is none: it is one of ${FORMATS.join(', ')}.`)
    let scanned: Scanned
    try {
      scanned = await scanAt(path, format, given, env)
    } catch (error) {
      if (error instanceof ConfigProblem) throw error
      process.stderr.write(`millrace: ${path} could not be scanned: ${(error as Error).message}\n`)
      return SCAN_EXIT.failed
    }
    const { report, digests } = scanned
    const text = `${await written(report, format, path, digests)}\n`
    if (typeof given.output === 'string') writeFileSync(given.output, text)
    else process.stdout.write(text)
    return EXIT_OF[report.ending]
  },
}

/** What a scan found, and the digests of what it read where the report has them. */
type Scanned = { readonly report: ScanReport; readonly digests: ReadonlyMap<string, string> }

async function scanAt(path: string, format: string, given: Given, env: Environment): Promise<Scanned> {
  if (path.startsWith('s3://')) return (await import('./scan-bucket.ts')).scanBucket(path, env, scanProgress())
  const { scanPath } = await import('@millrace/scan')
  const source = isAddress(path) ? await (await import('./scan-source.ts')).scanSource(path, given, env) : local(path)
  if (source.kept) return { report: source.kept, digests: new Map() }
  try {
    const report = await scanPath(source.path, { onProgress: scanProgress() })
    const digests = format === 'cyclonedx' ? await (await import('./scan-digests.ts')).digestsOf(report, source.path) : new Map()
    return { report, digests }
  } finally {
    source.done()
  }
}

/** Whether it names something that is elsewhere, and not a path. */
const isAddress = (path: string): boolean => /^[a-z][a-z0-9+.-]+:/.test(path)
const local = (path: string): ScanSource => ({ path, done: () => {} })

/** Says on the terminal how far a long scan is. */
function scanProgress(): (so_far: { done: number; of: number; file: string }) => void {
  const tell = progress()
  return ({ done, of, file }) => tell(() => `${done} of ${of} files: ${file}`)
}

async function written(report: ScanReport, format: string, name: string, digests: ReadonlyMap<string, string>): Promise<string> {
  const { jsonReport, mlBomReport, sarifReport, textReport } = await import('@millrace/scan')
  if (format === 'json') return jsonReport(report)
  if (format === 'sarif') return sarifReport(report, version)
  return format === 'text' ? textReport(report) : mlBomReport(report, { name, version: '', made: new Date(), digests }, version)
}
