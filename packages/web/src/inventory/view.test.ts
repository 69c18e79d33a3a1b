import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readInventoryView } from './view.ts'

test('of an address only what the page knows is followed', () => {
  const given = { tab: 'files', report: 'in-1', status: 'odd', search: '', order: 'bytes', other: 'x' }
  assert.deepEqual(readInventoryView(given), { tab: 'files', report: 'in-1', order: 'bytes' })
  assert.deepEqual(readInventoryView({}), {})
})
