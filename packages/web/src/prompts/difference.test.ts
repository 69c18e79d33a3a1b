import assert from 'node:assert/strict'
import { test } from 'node:test'
import { difference, pairsOf, wordsOf } from './difference.ts'

const LONG = 2_001
const marks = { same: ' ', added: '+', removed: '-' }
const show = (before: string, after: string): string[] => difference(before, after).map(({ kind, line }) => marks[kind] + line)

test('equal texts have no difference', () => assert.deepEqual(show('a\nb', 'a\nb'), [' a', ' b']))
test('a changed line goes and comes', () => assert.deepEqual(show('a\nb\nc', 'a\nx\nc'), [' a', '-b', '+x', ' c']))
test('lines that come and lines that go', () => {
  assert.deepEqual(show('a\nc', 'a\nb\nc\nd'), [' a', '+b', ' c', '+d'])
  assert.deepEqual(show('a\nb\nc', 'c'), ['-a', '-b', ' c'])
})
test('as much as can stay, stays', () => {
  assert.equal(show('a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc').filter((line) => line.startsWith(' ')).length, 4)
})
test('both texts can be read off it', () => {
  const [before, after] = ['one\n\ntwo\nthree', 'zero\none\nthree\n']
  const found = difference(before, after)
  const without = (gone: string): string => found.flatMap(({ kind, line }) => (kind === gone ? [] : [line])).join('\n')
  assert.deepEqual([without('added'), without('removed')], [before, after])
})
test('texts that are too long to be compared are all gone and all new', () => {
  const text = Array.from({ length: LONG }, (_, at) => at).join('\n')
  const found = difference(text, text)
  assert.deepEqual([found.length, found[0]?.kind, found.at(-1)?.kind], [2 * LONG, 'removed', 'added'])
})

test('in two columns a changed line stands beside what it was, and what came or went alone', () => {
  const rows = pairsOf(difference('a\nb\nc\nd', 'a\nx\nd\ne')).map(({ left, right }) => [left?.line, right?.line])
  assert.deepEqual(rows, [
    ['a', 'a'],
    ['b', 'x'],
    ['c', undefined],
    ['d', 'd'],
    [undefined, 'e'],
  ])
})
test('of a changed line, the words that changed', () => {
  const same = wordsOf('Be kind, be brief.', 'Be kind and brief.').filter(({ kind }) => kind === 'same')
  assert.equal(same.map(({ line }) => line).join(''), 'Be kind  brief.')
  const text = (gone: string): string =>
    wordsOf('Be kind, be brief.', 'Be kind and brief.')
      .filter(({ kind }) => kind !== gone)
      .map(({ line }) => line)
      .join('')
  assert.deepEqual([text('added'), text('removed')], ['Be kind, be brief.', 'Be kind and brief.'])
})
