import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Heard, Parser } from './event-parser.ts'

test('events are read from pieces that end anywhere; what keeps the stream open is none', () => {
  const text =
    'retry: 1000\n\n:\n\nid: s-1\nevent: change\ndata: {"a":1}\n\nevent: reset\r\ndata:{}\r\n\r\ndata: one\ndata: two\n\ndata: cut'
  const expected: Heard[] = [
    { name: 'change', data: '{"a":1}', id: 's-1' },
    { name: 'reset', data: '{}', id: '' },
    { name: 'message', data: 'one\ntwo', id: '' },
  ]
  for (const size of [1, 3, 7, text.length]) {
    const heard: Heard[] = []
    const parser = new Parser((event) => heard.push(event))
    for (let at = 0; at < text.length; at += size) parser.push(text.slice(at, at + size))
    assert.deepEqual(heard, expected, `in pieces of ${size}`)
  }
})
