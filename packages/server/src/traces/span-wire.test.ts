import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toOtlpJson } from './span-wire.ts'

const START = '1700000000123456789'

/** A content as `spanRow` writes it; `attributes` are JSON texts. */
function content(attributes: Record<string, string>, more: { name?: string; events?: string; links?: string } = {}): string {
  return (
    `{"trace_id":"AAAA","span_id":"BBBB","parent_span_id":null,"name":${JSON.stringify(more.name ?? 'n')},` +
    `"start_time_unix_nano":${START},"end_time_unix_nano":null,"events":[${more.events ?? ''}],` +
    `"status":{"code":"STATUS_CODE_OK","message":""},"attributes":${JSON.stringify(attributes)}${more.links ?? ''}}`
  )
}

const wireValue = (json: string): unknown => JSON.parse(toOtlpJson(content({ key: json }))).attributes[0].value

/** What the client reads from an OTLP value. */
// biome-ignore lint/suspicious/noExplicitAny: OTLP's values are of any kind
function read(value: any): unknown {
  if ('string_value' in value) return value.string_value
  if ('bool_value' in value) return value.bool_value
  if ('int_value' in value) return Number(value.int_value)
  if ('double_value' in value) return value.double_value
  if ('array_value' in value) return value.array_value.values.map(read)
  if (!('kvlist_value' in value)) return null
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return Object.fromEntries(value.kvlist_value.values.map((pair: any) => [pair.key, read(pair.value)]))
}

describe('spans from their stored text to the wire', () => {
  test('values come through as they are', () => {
    const values = [
      'plain',
      'quotes " and \\ backslashes \\" and \\\\',
      'line\nbreak \u0000 \u2028 ünïcode 🚂',
      '',
      0,
      -12,
      1.5e-7,
      true,
      false,
      null,
      [],
      {},
      [1, 'two', [3, { four: null }]],
      { 'a "key"': { b: ['c', { d: '}],"' }] }, '': '' },
    ]
    for (const value of values) {
      assert.deepEqual(read(wireValue(JSON.stringify(value))), value)
      assert.deepEqual(read(wireValue(JSON.stringify(value, null, 2))), value, 'with spaces')
    }
  })

  test('digits stay: numbers are whole or not as they were written', () => {
    assert.deepEqual(wireValue('9007199254740993'), { int_value: '9007199254740993' })
    assert.match(toOtlpJson(content({ key: '2.0' })), /"double_value":2\.0\}/)
    assert.match(toOtlpJson(content({})), new RegExp(`"start_time_unix_nano":${START},"attributes":\\[\\]`))
  })

  test('what is no JSON, or nested too deep, is text', () => {
    for (const text of ['NaN', 'hello', '{"a":', '[1,]', '{} {}', '-', `${'['.repeat(100)}${']'.repeat(100)}`, '['.repeat(100_000)]) {
      assert.deepEqual(wireValue(text), { string_value: text })
    }
  })

  test('names that look like the parts of a span change nothing', () => {
    const name = '","start_time_unix_nano":1,"attributes":{"x":"y"},\\'
    const span = JSON.parse(toOtlpJson(content({ name: '"links":[' }, { name })))
    assert.equal(span.name, name)
    assert.deepEqual(span.attributes, [{ key: 'name', value: { string_value: '"links":[' } }])
  })

  test('events and links, with attributes that are no text in text', () => {
    const events = `{"name":"e","time_unix_nano":${START},"attributes":{"n":1,"s":"x"}},{"name":"f","time_unix_nano":2,"attributes":{}}`
    const links = ',"links":[{"trace_id":"AA==","span_id":"BB==","attributes":{"l":[true]}}]'
    const text = toOtlpJson(content({ a: '1' }, { events, links }))
    const span = JSON.parse(text)
    assert.equal(span.events.length, 2)
    assert.ok(text.includes(`"time_unix_nano":${START},"name":"e"`))
    assert.deepEqual(span.events[0].attributes[1], { key: 's', value: { string_value: 'x' } })
    assert.deepEqual(span.links[0].attributes, [{ key: 'l', value: { array_value: { values: [{ bool_value: true }] } } }])
    assert.deepEqual(span.status, { message: '', code: 'STATUS_CODE_OK' })
  })
})
