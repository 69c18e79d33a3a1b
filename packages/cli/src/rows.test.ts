import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rows } from './rows.ts'

test('columns are as wide as what is in them, also of very many lines', () => {
  const told = rows(['Name', 'Kind'], [...Array<[string, string]>(200_000).fill(['ada', 'person']), ['a\nrobot', 'program']])
  assert.match(told, /^Name {5}Kind\nada {6}person\n/)
  assert.match(told, /\na\?robot {2}program\n$/)
})
