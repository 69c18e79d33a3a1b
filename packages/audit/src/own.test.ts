import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { auditFiles, auditFolder } from './audit.ts'
import type { AuditReport } from './audit-report.ts'
import { contextOf } from './inventory.ts'
import { ANSWERS, auditorsTable, REPOSITORIES, withTable } from './testing/answers.ts'

const ROOT = new URL('../../..', import.meta.url).pathname
let own: AuditReport

before(async () => {
  own = await auditFolder(ROOT, { name: 'millrace' })
})

test('nothing is open in Millrace itself: not in its code, its tests, its documents', () => {
  assert.ok(own.files > 500)
  assert.deepEqual(
    own.findings.map(({ rule, file, line }) => `${rule} ${file}:${line}`),
    [],
    'mend it, allow it on its line with a reason, or write it into audit-baseline.json with one',
  )
  assert.deepEqual([own.risk, own.verdict], ['SAFE', 'Pass'])
  for (const { rule, file, reason } of own.allowed) assert.match(reason, /\S \S/, `${rule} in ${file} has a reason`)
})

test('the README says what auditors flag and how Millrace closes it, and none of it is open here', async () => {
  const page = readFileSync(join(ROOT, 'README.md'), 'utf8')
  assert.equal(page, withTable(page, await auditorsTable()), 'npm run generate writes the table')
  for (const { rules } of ANSWERS) assert.ok(!own.findings.some(({ rule }) => rules.includes(rule)))
  // No finding is allowed in code that runs but for what the rules' own examples and one mode of a database's client are.
  const in_code = own.allowed.filter(({ context, file }) => context === 'code' && !file.startsWith(FUZZED)).map(({ file }) => file)
  assert.deepEqual([...new Set(in_code)].sort(), ['packages/audit/src/rules/exposure.ts', 'packages/server/src/db/open.ts'])
})

/** Files that fuzzers found, kept for the tests of the scanner. */
const FUZZED = 'tools/corpus/found/'
const LINES = 100_000
const CPU_MAX_S = 5

test('a repository of 100,000 lines, in every language, takes at most 5 s of CPU', async () => {
  const files = []
  for (let copy = 0, lines = 0; lines < LINES; copy++) {
    for (const repository of REPOSITORIES) {
      for (const [name, text] of Object.entries(repository.files)) {
        const file = `copy${copy}/${repository.name}/${name}`
        // Each copy differs, so that nothing is found by having seen it before.
        files.push({ file, text: `${text}\n# copy ${copy}\n`, context: contextOf(file) })
        lines += text.split('\n').length + 2
      }
    }
  }
  const started = process.cpuUsage()
  const report = await auditFiles(files, { name: 'large' })
  const { user, system } = process.cpuUsage(started)
  const took_s = (user + system) / 1e6
  console.log(`${report.lines} lines in ${report.files} files, ${report.findings.length} findings: ${took_s.toFixed(2)} s of CPU`)
  assert.ok(report.lines >= LINES && took_s <= CPU_MAX_S, `${took_s} s`)
})
