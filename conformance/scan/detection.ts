import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Case } from '../../tools/corpus/case.ts'

/** What a scanner says of a file: that something is in it, that it could not be read, or neither. */
export type Said = 'found' | 'refused' | 'passed'

/** Has a scanner look at files below a folder, and tells what it says of each by its path there. */
export type Detect = (folder: string, files: readonly string[]) => ReadonlyMap<string, Said>

const QUIET = { ...process.env, NO_ANALYTICS: '1', PROMPTFOO_DISABLE_TELEMETRY: '1' }

type Ended = { readonly code: number | null; readonly out: string }

function run(program: string, args: readonly string[], cwd: string): Ended {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env: QUIET, maxBuffer: 1 << 28 })
  return { code: status, out: `${stdout}${stderr}` }
}

/** A scanner that is started once for each file. */
const oneByOne = (program: string, args: readonly string[], said: (ended: Ended) => Said): Detect => {
  return (folder, files) => new Map(files.map((file) => [file, said(run(program, [...args, join(folder, file)], dirname(folder)))]))
}

/** A scanner that is started once, and writes what it found into a report: places of findings, and places of failures. */
const allAtOnce = (program: string, args: readonly string[], read: (report: string) => { found: string[]; refused: string[] }): Detect => {
  return (folder, files) => {
    const report = join(dirname(folder), 'report.json')
    writeFileSync(report, '{}')
    run(
      program,
      args.map((arg) => (arg === 'FOLDER' ? folder : arg === 'REPORT' ? report : arg)),
      dirname(folder),
    )
    const { found, refused } = read(readFileSync(report, 'utf8'))
    const names = (places: readonly string[], file: string): boolean =>
      places.some((place) =>
        [file, join(folder, file)].some((path) => place === path || place.startsWith(`${path}:`) || place.startsWith(`${path} `)),
      )
    return new Map(files.map((file) => [file, names(found, file) ? 'found' : names(refused, file) ? 'refused' : 'passed']))
  }
}

type Located = { readonly source?: string; readonly location?: string; readonly severity?: string }
const places = (list: readonly Located[] = []): string[] => list.map(({ source, location }) => source ?? location ?? '')

/** Each scanner's own way, by the names of `bench.ts`. `program` is where it is installed. */
export const DETECT: Readonly<Record<string, (program: string) => Detect>> = {
  millrace: (program) =>
    allAtOnce(program, ['scan', 'FOLDER', '--format', 'json', '--output', 'REPORT'], (report) => {
      const { files } = JSON.parse(report) as { files: readonly { file: string; ending: string }[] }
      const ending = (...wanted: string[]): string[] => files.filter((one) => wanted.includes(one.ending)).map(({ file }) => file)
      return { found: ending('malicious', 'suspicious'), refused: ending('not looked at') }
    }),
  picklescan: (program) =>
    oneByOne(program, ['-p'], ({ code, out }) => (code === 0 ? 'passed' : /Dangerous globals: [1-9]/.test(out) ? 'found' : 'refused')),
  fickling: (program) => oneByOne(program, ['--check-safety'], ({ code }) => (code === 0 ? 'passed' : code === 1 ? 'found' : 'refused')),
  modelscan: (program) =>
    allAtOnce(program, ['-p', 'FOLDER', '-r', 'json', '-o', 'REPORT'], (report) => {
      const { issues, errors } = JSON.parse(report) as { issues?: Located[]; errors?: Located[] }
      return { found: places(issues), refused: places(errors) }
    }),
  modelaudit: (program) =>
    allAtOnce(program, ['scan', 'FOLDER', '--format', 'json', '-o', 'REPORT'], (report) => {
      const { issues = [] } = JSON.parse(report) as { issues?: Located[] }
      return { found: places(issues.filter(({ severity }) => severity === 'critical' || severity === 'warning')), refused: [] }
    }),
}

const GROUPS: readonly (readonly [string, (name: string) => boolean])[] = [
  ['callables in pickles', (name) => name.startsWith('callables/')],
  ['ways to hide them in pickles', (name) => name.startsWith('pickle/')],
  ['archives and arrays', (name) => name.startsWith('archives/')],
  ['other formats and documents', (name) => name.startsWith('documents/')],
  ['packed files, and models of CatBoost and others', (name) => /^(?:packed|models)\//.test(name)],
]

/** The corpus beside the scanners, as the rows of a table: what each found and what it refused to read. */
export function detectionTable(cases: readonly Case[], folder: string, scanners: readonly { name: string; detect: Detect }[]): string {
  const files = new Map(cases.map((one) => [one.name.replaceAll(/[^\w./@-]/g, '_'), one]))
  for (const [file, { bytes }] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), bytes)
  }
  const said = scanners.map(({ detect }) => detect(folder, [...files.keys()]))
  const cell = (by: ReadonlyMap<string, Said>, of: readonly string[]): string => {
    const count = (what: Said): number => of.filter((file) => by.get(file) === what).length
    return count('refused') > 0 ? `${count('found')} + ${count('refused')}` : `${count('found')}`
  }
  const row = (what: string, wanted: (one: Case) => boolean): string => {
    const of = [...files].filter(([, one]) => wanted(one)).map(([file]) => file)
    return `| ${what} | ${of.length} | ${said.map((by) => cell(by, of)).join(' | ')} |`
  }
  const is_harmless = ({ expected }: Case): boolean => expected === 'clean'
  return [
    `| | files | ${scanners.map(({ name }) => name).join(' | ')} |`,
    `|---|--:|${scanners.map(() => '--:|').join('')}`,
    ...GROUPS.map(([what, belongs]) => row(what, (one) => belongs(one.name) && !is_harmless(one))),
    row('hostile in all', (one) => !is_harmless(one)),
    row('harmless', is_harmless),
  ].join('\n')
}
