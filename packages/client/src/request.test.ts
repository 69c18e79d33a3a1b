import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestOf } from './request.ts'

test('a GET carries its input in the query, arrays as repeated parameters', () => {
  const request = requestOf('GET /api/things', { id: 'a b&c', ids: ['1', '2'], left_out: undefined })
  assert.deepEqual(request, { method: 'GET', path: '/api/things?id=a+b%26c&ids=1&ids=2', body: undefined })
})

test('what the path names goes there and nowhere else', () => {
  const request = requestOf('DELETE /api/things/{id}/tags/{key}', { id: '../x', key: 'a/b', force: true })
  assert.deepEqual(request, { method: 'DELETE', path: '/api/things/..%2Fx/tags/a%2Fb', body: '{"force":true}' })
})

test('a path without one of its parts is refused before it is sent', () => {
  assert.throws(() => requestOf('GET /api/things/{id}', {}), /'id' is part of the path/)
})

test('numbers that JSON lacks are strings on the wire', () => {
  const { body } = requestOf('POST /api/things', { values: [1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] })
  assert.equal(body, '{"values":[1.5,"NaN","Infinity","-Infinity"]}')
})
