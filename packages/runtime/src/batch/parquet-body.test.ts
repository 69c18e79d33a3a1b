import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer'
import { LIMITS } from '../protocols/limits.ts'
import { columnsOf, served, serving } from '../testing/sums.ts'
import { tableOfParquet } from './parquet-body.ts'

const AB = columnsOf({ a: 'double', b: 'long' })
const TYPE = 'application/vnd.apache.parquet'
const ROWS = 300

const columns = (rows: number): ColumnSource[] => [
  { name: 'b', data: Array.from({ length: rows }, (_, row) => BigInt(row)), type: 'INT64' },
  { name: 'extra', data: Array.from({ length: rows }, String), type: 'STRING' },
  { name: 'a', data: Array.from({ length: rows }, (_, row) => row / 2), type: 'DOUBLE' },
]
const bytesOf = (columnData: ColumnSource[], rowGroupSize = 100) => new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize }))

async function ask(url: string, body: Uint8Array<ArrayBuffer>, type = TYPE) {
  const answer = await fetch(`${url}/invocations`, { method: 'POST', headers: { 'content-type': type }, body })
  return { status: answer.status, text: await answer.text() }
}

test('/invocations takes Parquet, in several row groups, columns by name', async (t) => {
  const { url } = await serving(t, [served(AB)])
  const expected = { predictions: Array.from({ length: ROWS }, (_, row) => row * 1.5) }
  const many = await Promise.all(Array.from({ length: 5 }, () => ask(url, bytesOf(columns(ROWS)))))
  for (const { status, text } of many) assert.deepEqual([status, JSON.parse(text)], [200, expected])
  assert.equal((await ask(url, bytesOf(columns(ROWS)), `${TYPE}; charset=utf-8`)).status, 200)
  assert.match((await ask(url, bytesOf(columns(2).slice(1)))).text, /Model is missing inputs \['b'\]/)
  const none: ColumnSource[] = [
    { name: 'a', data: [1, null], type: 'DOUBLE' },
    { name: 'b', data: [1n, 2n], type: 'INT64' },
  ]
  assert.equal((await ask(url, bytesOf(none))).text, '{"predictions":[2,null]}')
})

test('DO-15 RC-17 a body of Parquet that is none, is changed, or asks for too much is refused, and the process lives', async (t) => {
  const { url, failures } = await serving(t, [served(AB)], { limits: { rows_max: 400, columns_max: 10, body_max_bytes: 200_000 } })
  assert.match((await ask(url, new TextEncoder().encode('no such thing at all'))).text, /The body can't be read as Parquet/)
  assert.match((await ask(url, bytesOf(columns(401)))).text, /401 rows, and one request may have 400/)
  const wide = Array.from({ length: 11 }, (_, at): ColumnSource => ({ name: `c${at}`, data: [1], type: 'DOUBLE' }))
  assert.deepEqual((await ask(url, bytesOf(wide))).status, 413)
  // A text that is there once is three hundred where it is sent.
  const long = 'x'.repeat(50_000)
  const texts = bytesOf([{ name: 'a', data: Array.from({ length: ROWS }, () => long), type: 'STRING' }, ...columns(ROWS).slice(0, 1)])
  assert.ok(texts.length < 200_000, `${texts.length}`)
  const found = await ask(url, texts)
  assert.deepEqual([found.status, /characters|unpacks/.test(found.text)], [413, true], found.text)
  const whole = bytesOf(columns(50))
  for (let seed = 1; seed <= 12; seed++) {
    const changed = whole.slice()
    for (let change = 0; change <= seed % 4; change++) changed[(Math.imul(seed + change, 2654435761) >>> 0) % changed.length] = seed % 256
    const { status, text } = await ask(url, changed)
    assert.ok(status === 200 || status === 400 || status === 413, `${seed}: ${status} ${text}`)
  }
  assert.equal((await ask(url, whole)).status, 200)
  assert.deepEqual(failures, [])
})

test('DO-15 a body that its parser never comes to the end of is given up', async () => {
  const changed = Buffer.from(parquetWriteBuffer({ columnData: columns(50) }))
  // The same that the reader of files is tested with.
  changed[(Math.imul(32, 2654435761) >>> 0) % changed.length] = 32
  await assert.rejects(tableOfParquet(changed, undefined, LIMITS, 1500), {
    status: 413,
    message: /asks for more time than a request may have/,
  })
})
