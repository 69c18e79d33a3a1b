import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditRegistry, type RegistryFacts, type VersionInUse } from './audit-registry.ts'
import { isWide } from './registry-rules.ts'

const fine: VersionInUse = {
  name: 'churn',
  version: 1,
  places: ['@champion'],
  scan: 'clean',
  scan_rules: [],
  signed: true,
  approved: true,
  bypassed: [],
  unprotected: [],
}
const facts = (in_use: readonly VersionInUse[], more: Partial<RegistryFacts> = {}): RegistryFacts => ({
  in_use,
  sources: in_use.map(({ name, version }) => ({ name, version, source: `runs:/1/${name}` })),
  roots: [{ of: '--artifacts-destination', location: '/srv/millrace' }],
  left: [],
  ...more,
})
const told = (given: RegistryFacts): string[] =>
  auditRegistry('r', given).findings.map(({ rule, file, evidence }) => `${rule} ${file} ${evidence}`)

test('each lack of a version in production is a finding of that version', () => {
  for (const [change, expected] of [
    [{ scan: 'malicious', scan_rules: ['a', 'b', 'c', 'd'] }, 'registry/malicious models:/churn/1 @champion: a, b, c'],
    [{ scan: 'suspicious' }, 'registry/suspicious models:/churn/1 @champion'],
    [{ scan: 'not_looked_at' }, 'registry/unscanned models:/churn/1 @champion'],
    [{ signed: false }, 'registry/unsigned models:/churn/1 @champion'],
    [{ approved: false }, 'registry/unapproved models:/churn/1 @champion'],
    [{ approved: false, bypassed: ['@champion'] }, 'registry/bypassed models:/churn/1 @champion'],
    [{ unprotected: ['@live'] }, 'registry/unprotected models:/churn/1 @live'],
  ] as const) {
    assert.deepEqual(told(facts([{ ...fine, ...change }])), [expected])
  }
  const { findings, risk, verdict, passed } = auditRegistry('r', facts([fine]))
  assert.deepEqual([findings, risk, verdict, passed.length], [[], 'SAFE', 'Pass', 7])
})

test('an empty registry is safe, and nothing is said of what is not there', () => {
  const { risk, passed } = auditRegistry('r', facts([], { roots: [] }))
  assert.deepEqual([risk, passed], ['SAFE', ['0 model versions were looked at, 0 of them in production.']])
})

test('sources from outside and roots that hold everything are told without their logins', () => {
  const source = 'https://user:secret@models.example/m.pkl'
  const roots = [{ of: 'experiment e', location: 's3://bucket' }]
  assert.deepEqual(told(facts([], { sources: [{ name: 'm', version: 2, source }], roots })), [
    'registry/outside-source models:/m/2 https://***@models.example/m.pkl',
    'server/wide-root experiment e s3://bucket',
  ])
})

test('very many findings of one rule are cut, and how many there are is said', () => {
  const many = Array.from({ length: 1_200 }, (_, version) => ({ ...fine, version, signed: false }))
  const { findings, not_read } = auditRegistry('r', facts(many))
  assert.equal(findings.length, 1_000)
  assert.ok(not_read.includes('registry/unsigned holds for 1200 places; the first 1000 are in the report.'))
})

const HOME = ['', 'home', 'ann'].join('/')

test('a folder of its own is no wide root, and a home, a disk or a bucket is', () => {
  for (const wide of ['/', '/srv', '/data/', 'file:///opt', HOME, '/var/lib', 's3://bucket/', 's3://bucket/7'])
    assert.ok(isWide(wide), wide)
  for (const own of ['', '/srv/millrace', '/data/artifacts', 's3://bucket/prefix', 'mlflow-artifacts:/', `${HOME}/millrace-data/artifacts`])
    assert.ok(!isWide(own), own)
})
