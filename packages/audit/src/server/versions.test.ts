import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, vulnerabilitiesOf } from './versions.ts'

const ids = (version: string): string[] => vulnerabilitiesOf(version).map(({ id }) => id)

test('a version has what is published of it, until the version that fixed it', () => {
  for (const version of ['2.22.0', '3.9.0', '3.10.0rc1']) assert.ok(ids(version).includes('CVE-2026-2614'), version)
  for (const version of ['3.10.0', '3.17.2', '4.0']) assert.ok(!ids(version).includes('CVE-2026-2614'), version)
  assert.deepEqual(ids('3.17.2'), [])
  assert.ok(!ids('3.8.1').includes('CVE-2026-2611') && ids('3.9.0').includes('CVE-2026-2611'))
  assert.ok(ids('3.8.0').includes('CVE-2026-2393') && !ids('3.8.1').includes('CVE-2026-2393'))
})

test('versions are ordered by their numbers, candidates before their release', () => {
  const sorted = ['2.9.2', '2.22.0', '3.9.0', '3.10.0rc0', '3.10.0', '3.10.0.post1', '3.11.1']
  assert.deepEqual([...sorted].reverse().sort(compare), ['2.9.2', '2.22.0', '3.9.0', '3.10.0rc0', '3.10.0.post1', '3.10.0', '3.11.1'])
})
