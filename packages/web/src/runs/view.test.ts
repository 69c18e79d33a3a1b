import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnOf, columnsOf, moved, readView, spelled } from './view.ts'

test('an address gives a view; what it does not know, or what has another type, is left out', () => {
  const view = {
    tab: 'charts',
    filter: 'metrics.a > 1',
    order: 'metrics.a ASC',
    deleted: true,
    columns: ['metrics.a'],
    x: 'time',
    smooth: 0.5,
  }
  assert.deepEqual(readView(view), view)
  assert.deepEqual(readView({ tab: 'x', filter: 1, order: '', deleted: 'yes', columns: 'a', x: 'y', smooth: 1, more: 1 }), {})
  assert.deepEqual(readView({ columns: [1, 'params.a'] }), { columns: ['params.a'] })
})

test('a column is a kind and a name, which may have dots', () => {
  assert.deepEqual(columnOf('metrics.val.loss'), { kind: 'metrics', name: 'val.loss', id: 'metrics.val.loss' })
  assert.equal(columnOf('attributes.x'), undefined)
  assert.equal(columnOf('nothing'), undefined)
})

test('while nobody chose, the first metrics and params are shown, without those of the system', () => {
  const names = { metrics: ['system/cpu', ...'abcdefgh'], params: [...'klmnop'], tags: ['t'] }
  const shown = columnsOf({}, names).map(({ id }) => id)
  assert.deepEqual(shown, [...[...'abcdef'].map((one) => `metrics.${one}`), ...[...'klmn'].map((one) => `params.${one}`)])
  assert.deepEqual(columnsOf({}, undefined), [])
  assert.deepEqual(columnsOf({ columns: [] }, names), [])
})

test('a name is quoted for the filter language where it must be', () => {
  assert.equal(spelled({ kind: 'metrics', name: 'val/loss' }), 'metrics.val/loss')
  assert.equal(spelled({ kind: 'metrics', name: 'a b' }), 'metrics.`a b`')
  assert.equal(spelled({ kind: 'params', name: '1st' }), 'params.`1st`')
})

test('a column goes earlier or later, and the list that was stays as it is', () => {
  const list = ['a', 'b', 'c']
  assert.deepEqual([moved(list, 2, 1), moved(list, 0, 1), moved(list, 0, 2)], [[...'acb'], [...'bac'], [...'bca']])
  assert.deepEqual(list, ['a', 'b', 'c'])
})
