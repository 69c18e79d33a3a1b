import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spansOf } from './spans.ts'

const CHAIN = 20_000
const span = (span_id: string, parent_span_id: string | null, start = 0, more: object = {}) => ({
  span_id,
  parent_span_id,
  name: span_id,
  start_time_unix_nano: String(start * 1_000_000),
  end_time_unix_nano: String((start + 1) * 1_000_000),
  ...more,
})
const shapeOf = (raw: Parameters<typeof spansOf>[0]): string[] => spansOf(raw).map(({ id, depth }) => `${depth} ${id}`)

test('parents stand before their children, siblings by their start', () => {
  assert.deepEqual(shapeOf([span('late', 'root', 5), span('leaf', 'early', 2), span('early', 'root', 1), span('root', null)]), [
    '0 root',
    '1 early',
    '2 leaf',
    '1 late',
  ])
})

test('a span whose parent is missing stands for itself; those in a circle are shown once', () => {
  assert.deepEqual(shapeOf([span('lost', 'elsewhere')]), ['0 lost'])
  assert.deepEqual(shapeOf([span('a', 'b', 1), span('b', 'a', 2), span('own', 'own', 3)]), ['0 a', '1 b', '0 own'])
})

test('a chain of 20,000 spans is shown', () => {
  const found = spansOf(Array.from({ length: CHAIN }, (_, at) => span(`s${at}`, at === 0 ? null : `s${at - 1}`, at)))
  assert.equal(found.at(-1)?.depth, CHAIN - 1)
})

test('nanoseconds keep their fractions of a millisecond, and attributes are read in both spellings', () => {
  const [found] = spansOf([
    {
      spanId: 'a',
      name: 'tool',
      startTimeUnixNano: '1700000000000123456',
      endTimeUnixNano: '1700000000001623456',
      status: { code: 'STATUS_CODE_ERROR', message: 'broke' },
      attributes: [
        { key: 'mlflow.spanType', value: { stringValue: '"LLM"' } },
        { key: 'mlflow.spanInputs', value: { stringValue: '{"q":1}' } },
        { key: 'list', value: { arrayValue: { values: [{ intValue: 1 }, { boolValue: false }] } } },
        { key: 'map', value: { kvlistValue: { values: [{ key: 'k', value: { doubleValue: 0.5 } }] } } },
      ],
    },
  ])
  assert.equal(found?.start_ms, 1_700_000_000_000.123)
  assert.equal((found?.end_ms ?? 0) - (found?.start_ms ?? 0), 1.5)
  assert.deepEqual([found?.isError, found?.message, found?.type, found?.inputs], [true, 'broke', 'LLM', '{\n  "q": 1\n}'])
  assert.deepEqual(found?.attributes.slice(1), [
    ['list', '[1,false]'],
    ['map', '{"k":0.5}'],
  ])
})

test('attributes as a map of JSON texts, and text that is no JSON', () => {
  const [found] = spansOf([span('a', null, 0, { attributes: { 'mlflow.spanOutputs': 'plain', n: 3 } })])
  assert.deepEqual([found?.outputs, found?.isError, found?.attributes], ['plain', false, [['n', '3']]])
})
