import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvHead, csvLines, toJsonLines } from './export.ts'
import type { Row } from './use-runs.ts'
import { columnOf } from './view.ts'

const columns = ['params.note', 'metrics.loss', 'tags.team'].flatMap((id) => columnOf(id) ?? [])
const csvOf = (rows: readonly Row[], of: typeof columns): string => csvHead(of) + csvLines(rows, of)
const row = (note: string | null, loss: number | string | null = 0.5, run_name = 'one'): Row =>
  ({
    run_id: 'r1',
    run_name,
    experiment_id: '1',
    user_id: 'ada',
    status: 'FINISHED',
    start_time: 5,
    metrics: [loss],
    params: [note],
    tags: ['the parent', 'red'],
  }) as Row

test('CSV has a line of names and a line for each run, in the order of the columns; the parent is no column', () => {
  assert.equal(
    csvOf([row('plain')], columns),
    'run_id,run_name,status,user_id,start_time,end_time,params.note,metrics.loss,tags.team\r\nr1,one,FINISHED,ada,5,,plain,0.5,red\r\n',
  )
})

test('CSV quotes commas, quotes and line ends, and leaves absent values empty', () => {
  assert.match(csvOf([row('a,b')], columns), /,"a,b",0\.5/)
  assert.match(csvOf([row('say "no"')], columns), /,"say ""no""",0\.5/)
  assert.match(csvOf([row('two\nlines')], columns), /,"two\nlines",0\.5/)
  assert.match(csvOf([row(null, null)], columns), /,,,red\r\n$/)
})

for (const text of ['=1+1', '=HYPERLINK("http://x")', '+cmd|x', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '-', '-e', '+1-1']) {
  test(`CSV gives a text that begins like a formula as a text: ${JSON.stringify(text)}`, () => {
    assert.ok(csvOf([row(text)], columns).includes(`'${text.replaceAll('"', '""')}`))
    assert.ok(csvOf([row('x', 1, text)], columns).includes(`'${text.replaceAll('"', '""')}`), 'the name of a run too')
  })
}

for (const text of ['-0.5', '+1', '-1e-05', '.5', '-3.', '1E+9']) {
  test(`CSV leaves the number ${text} a number`, () => {
    assert.ok(csvOf([row(text)], columns).includes(`,${text},0.5`))
  })
}

test('a column whose name is a formula is a text too', () => {
  assert.match(csvOf([], [{ kind: 'tags', name: 'x', id: '=tags.x' }]), /,'=tags\.x\r\n$/)
})

test('JSON Lines keep values as they are', () => {
  const lines = toJsonLines([row('=1'), row('b', 'NaN')], columns)
    .trimEnd()
    .split('\n')
  assert.deepEqual(
    lines.map((line) => [JSON.parse(line)['params.note'], JSON.parse(line)['metrics.loss']]),
    [
      ['=1', 0.5],
      ['b', 'NaN'],
    ],
  )
})
