/**
 * Audits repositories of others at the newest commit of their git directories:
 * `npm run audit:others -- clones/mlflow/.git=examples clones/dvc/.git --output findings.json`.
 * What is after `=` is the folder to audit, instead of all. Nothing of theirs is kept: files lie in the system's temporary folder
 * meanwhile. `--output` writes every finding, to be read and judged: docs/audit-quality.md says how that was done.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type AuditReport, auditFolder, type Finding } from '@millrace/audit'

/** A file of a commit, and the object that holds it. */
type Blob = { readonly path: string; readonly object: string }

/** An audit of a repository, and how many of its files the git directory lacks: a partial clone has not all. */
type Audited = { readonly name: string; readonly commit: string; readonly missing: number; readonly report: AuditReport }

const GIT_OUTPUT_MAX_BYTES = 256 * 1024 * 1024
const git = (directory: string, ...args: readonly string[]): string =>
  execFileSync('git', ['--git-dir', directory, ...args], { encoding: 'utf8', maxBuffer: GIT_OUTPUT_MAX_BYTES, env: withoutFetching() })

/** What is missing stays missing: nothing is fetched. */
const withoutFetching = (): NodeJS.ProcessEnv => ({ ...process.env, GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0' })

/** The regular files of the newest commit. */
function blobs(directory: string, folder: string): Blob[] {
  const listed = git(directory, 'ls-tree', '-r', '-z', 'HEAD', ...(folder === '' ? [] : [`${folder}/`]))
  return listed.split('\0').flatMap((entry) => {
    const [, mode, object = '', path = ''] = /^(\d+) blob (\w+)\t(.+)$/s.exec(entry) ?? []
    return mode === undefined || mode === '120000' ? [] : [{ path, object }]
  })
}

/** Writes files below a folder, and counts those that the git directory lacks. `git archive` would end at the first of these. */
async function unpack(directory: string, wanted: readonly Blob[], to: string): Promise<number> {
  const reader = spawn('git', ['--git-dir', directory, 'cat-file', '--batch'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: withoutFetching(),
  })
  reader.stdin.end(wanted.map(({ object }) => `${object}\n`).join(''))
  let missing = 0
  let at = 0
  let held = Buffer.alloc(0)
  for await (const chunk of reader.stdout) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    for (;;) {
      const end = held.indexOf(10)
      if (end === -1) break
      const [, kind, size = '0'] = held.toString('latin1', 0, end).split(' ')
      const is_missing = kind === 'missing'
      if (!is_missing && held.length < end + Number(size) + 2) break
      const blob = wanted[at++]
      if (is_missing) missing++
      else if (blob) write(join(to, blob.path), held.subarray(end + 1, end + 1 + Number(size)))
      held = held.subarray(is_missing ? end + 1 : end + Number(size) + 2)
    }
  }
  return missing
}

function write(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}

async function auditOne(given: string): Promise<Audited> {
  const [path = '', folder = ''] = given.split('=')
  const directory = resolve(path)
  const owner = /^(?:repo|\.git)$/.test(basename(directory)) ? basename(dirname(directory)) : basename(directory, '.git')
  const name = `${owner.replace('+', '/')}${folder && ` ${folder}`}`
  const to = mkdtempSync(join(tmpdir(), 'millrace-audit-others-'))
  try {
    const missing = await unpack(directory, blobs(directory, folder), to)
    return { name, missing, commit: git(directory, 'rev-parse', 'HEAD').trim(), report: await auditFolder(to, { name, allowances: false }) }
  } finally {
    rmSync(to, { recursive: true, force: true })
  }
}

/** Findings without repetitions: the same text counts once a repository. */
const different = (findings: readonly Finding[]): Finding[] => [
  ...new Map(findings.map((one) => [`${one.rule} ${one.evidence}`, one])).values(),
]

function rows(all: readonly Audited[]): string {
  const head = [
    '| repository | commit | files | lines | not in the clone | findings | different | risk |',
    '|---|---|---|---|---|---|---|---|',
  ]
  const number = (value: number): string => value.toLocaleString('en')
  return [
    ...head,
    ...all.map(({ name, commit, missing, report: { files, lines, findings, risk } }) => {
      const counts = [files, lines, missing, findings.length, different(findings).length].map(number)
      return `| ${[name, commit.slice(0, 10), ...counts, risk].join(' | ')} |`
    }),
  ].join('\n')
}

function byRule(all: readonly Audited[]): string {
  const counts = new Map<string, number>()
  for (const { report } of all) {
    for (const { rule } of different(report.findings)) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  }
  const lines = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([rule, count]) => `| \`${rule}\` | ${count} |`)
  return ['| rule | different |', '|---|---|', ...lines].join('\n')
}

const { values, positionals } = parseArgs({ options: { output: { type: 'string' } }, allowPositionals: true })
if (positionals.length === 0) {
  process.stderr.write('Name git directories: npm run audit:others -- clones/mlflow/.git=examples --output findings.json\n')
  process.exit(1)
}
const all: Audited[] = []
for (const given of positionals) {
  all.push(await auditOne(given))
  process.stderr.write(`${given}\n`)
}
process.stdout.write(`${rows(all)}\n\n${byRule(all)}\n`)
if (values.output !== undefined) writeFileSync(values.output, JSON.stringify(all, null, 1))
