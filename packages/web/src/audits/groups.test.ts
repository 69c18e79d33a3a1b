import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Finding, groupsOf, placeOf, versionIn } from './groups.ts'
import { readAuditView } from './view.ts'

const finding = (rule: string, weight: string, file: string): Finding => ({ rule, weight, file }) as Finding

test('findings of a rule are together, and apart by weight', () => {
  const groups = groupsOf([finding('a', 'high', '1'), finding('b', 'high', '2'), finding('a', 'high', '3'), finding('a', 'low', '4')])
  assert.deepEqual(
    groups.map(({ key, places }) => [key, places.map(({ file }) => file).join()]),
    [
      ['a high', '1,3'],
      ['b high', '2'],
      ['a low', '4'],
    ],
  )
})

test('a place has its lines, and a version is recognized', () => {
  assert.equal(placeOf({ file: 'a.py', line: 3, end_line: 3 }), 'a.py (line 3)')
  assert.equal(placeOf({ file: 'a.py', line: 3, end_line: 5 }), 'a.py (lines 3–5)')
  assert.equal(placeOf({ file: 'http://host', line: 0, end_line: 0 }), 'http://host')
  assert.deepEqual(versionIn('models:/a b/7'), { name: 'a b', version: '7' })
  assert.equal(versionIn('models:/a/b/7'), undefined)
})

test('of an address only what the page knows is followed', () => {
  assert.deepEqual(readAuditView({ show: 'new', weight: 'huge', category: '<b>', search: 'x' }), { show: 'new', search: 'x' })
})
