import assert from 'node:assert/strict'
import { test } from 'node:test'
import { completionsOf, valuesWanted } from './completion.ts'

const names = { metrics: ['loss', 'val loss'], params: ['model'], tags: ['team'] }
const items = (typed: string): readonly string[] => completionsOf(typed, names).items
const taken = (typed: string, at = 0): string => {
  const { from, items } = completionsOf(typed, names)
  return `${typed.slice(0, from)}${items[at]} `
}

test('names are found by any part of them, also after AND; nothing typed offers none', () => {
  assert.deepEqual(items('loss'), ['metrics.loss', 'metrics.`val loss`'])
  assert.deepEqual(items(''), [])
  assert.deepEqual(items("params.model = 'x' AND "), [])
  assert.equal(taken("params.model = 'x' AND tea"), "params.model = 'x' AND tags.team ")
  assert.equal(taken('metrics.`val l'), 'metrics.`val loss` ')
})

test('a name that is there is followed by the comparisons that it can have', () => {
  assert.deepEqual(items('metrics.loss '), ['<', '>', '=', '<=', '>=', '!='])
  assert.deepEqual(items('metrics.`val loss` '), ['<', '>', '=', '<=', '>=', '!='])
  assert.deepEqual(items('params.model '), ['=', '!=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL'])
  assert.deepEqual(items('tags.team i'), ['ILIKE', 'IS NULL', 'IS NOT NULL'])
  assert.deepEqual(items('tags.team is '), ['NULL', 'NOT NULL'])
  assert.deepEqual(items('tags.team IS NOT '), ['NULL'])
  assert.deepEqual(items('attributes.run_id not '), ['IN'])
  assert.equal(taken('params.model L'), 'params.model LIKE ')
  assert.equal(taken('metrics.loss <'), 'metrics.loss <= ')
})

test('a state is offered where one is expected, and another value is the reader’s own', () => {
  assert.deepEqual(items('attributes.status = '), ["'RUNNING'", "'SCHEDULED'", "'FINISHED'", "'FAILED'", "'KILLED'"])
  assert.equal(taken("attributes.status != 'fi"), "attributes.status != 'FINISHED' ")
  assert.deepEqual(items("params.model = 'tr"), [])
  assert.deepEqual(items('metrics.loss < 0'), [])
})

test('a value that runs have is offered where one is expected, in marks that can hold it', () => {
  const offered = (typed: string) => completionsOf(typed, names, ['tree', 'forest', 'tree', "it's", `"it's"`, 'C:\\models']).items
  assert.deepEqual(offered('params.model = '), ["'tree'", "'forest'", `"it's"`])
  assert.deepEqual(offered("params.model != 'tr"), ["'tree'"])
  assert.deepEqual(offered('params.model = FO'), ["'forest'"])
  assert.deepEqual(offered('params.model = "it'), [`"it's"`])
  assert.deepEqual(offered("params.model = 'tree'"), [])
  assert.deepEqual(offered("params.model = 'tree' "), ['AND'])
})

test('values are wanted of a param, a tag or the names of runs, only where one comes next', () => {
  assert.deepEqual(valuesWanted('params.model = '), { kind: 'params', name: 'model' })
  assert.deepEqual(valuesWanted("metrics.loss < 1 AND tags.`my team` LIKE 'r"), { kind: 'tags', name: 'my team' })
  assert.deepEqual(valuesWanted("attributes.run_name = 'a"), { kind: 'attributes', name: 'run_name' })
  for (const typed of ['', 'params.model', 'params.model ', "params.model = 'x' ", 'metrics.loss < ', 'attributes.status = '])
    assert.equal(valuesWanted(typed), undefined, typed)
})

test('what is whole goes on with AND', () => {
  assert.deepEqual(items("params.model = 'tree' "), ['AND'])
  assert.deepEqual(items('tags.team IS NULL '), ['AND'])
  assert.deepEqual(items("attributes.run_id IN ('a', 'b') "), ['AND'])
  assert.deepEqual(items("attributes.run_id IN ('a', "), [])
  assert.equal(taken('metrics.loss < 0.5 a'), 'metrics.loss < 0.5 AND ')
})
