import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cellsOf } from './notebook-cells.ts'

test('a notebook is its texts and pictures, without the HTML of its outputs', () => {
  const outputs = [
    { text: ['one\n', 'two'] },
    { data: { 'text/html': '<script>1</script>', 'text/plain': ['plain'], 'image/png': 'aGk=' } },
    { traceback: [`${String.fromCharCode(27)}[31mError${String.fromCharCode(27)}[0m`, 'here'] },
  ]
  const found = cellsOf(
    JSON.stringify({
      cells: [
        { cell_type: 'markdown', source: ['# a'] },
        { cell_type: 'code', source: 'x', outputs },
      ],
    }),
  )
  assert.deepEqual(found, [
    { kind: 'markdown', source: '# a', texts: [], pictures: [] },
    { kind: 'code', source: 'x', texts: ['one\ntwo', 'plain', 'Error\nhere'], pictures: [{ type: 'image/png', base64: 'aGk=' }] },
  ])
})

test('what is no notebook is none', () => {
  assert.deepEqual([cellsOf('{}'), cellsOf('no JSON'), cellsOf('null')], [undefined, undefined, undefined])
})
