import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemIn } from './filter-problem.ts'

const CASES: readonly (readonly [filter: string, sentence: string, piece: string])[] = [
  ['metrics.loss < 0.5 OR status = 1', "Invalid clause(s) in filter string: 'OR' at character 20: there is no OR.", 'OR'],
  ["params.a = 'x y' and b", 'Expected a quoted string value. Got value at character 12', "'x y'"],
  ["params.a = 'never closed", "Invalid clause(s): ''never closed' at character 12: the quote ' is never closed.", "'never closed"],
  ['metrics.loss <', 'Invalid clause(s) in filter string: it ends at character 15, and a value is expected here.', ''],
  ['tags.a = b, c', "'b' at character 10: write quotes.", 'b'],
  [
    "'x at character 2' = 1",
    "Invalid comparison clause. Found ''x at character 2'' at character 1: the name comes first.",
    "'x at character 2'",
  ],
]
for (const [filter, sentence, piece] of CASES) {
  test(`${filter}: ${piece === '' ? 'its end' : piece}`, () => {
    const found = problemIn(filter, sentence)
    assert.equal(found && filter.slice(found.from, found.to), piece)
    assert.ok(found && found.from <= filter.length)
  })
}
test('a sentence without a place underlines nothing', () =>
  assert.equal(problemIn('a = 1', 'The filter has 200000 characters.'), undefined))
