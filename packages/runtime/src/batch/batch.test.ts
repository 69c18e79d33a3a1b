import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { test } from 'node:test'
import { parquetReadObjects } from 'hyparquet'
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer'
import { columnsOf, served } from '../testing/sums.ts'
import { type Batch, predictRows } from './batch.ts'
import { parquetTables } from './parquet-rows.ts'

const model = served(columnsOf({ a: 'double', b: 'long' }))

/** What is written for these rows. */
async function written(from: Batch['from'], more: Partial<Batch>): Promise<{ rows: number; bytes: Buffer }> {
  const pieces: Buffer[] = []
  const to = new Writable({
    write(piece, _, done) {
      pieces.push(Buffer.from(piece))
      done()
    },
  })
  const rows = await predictRows(model, { from, to, input: 'csv', output: 'csv', method: 'predict', ...more })
  return { rows, bytes: Buffer.concat(pieces) }
}

const arriving = (text: string): Readable => Readable.from([Buffer.from(text)])
const ROWS = 5000
const csv = `a,b\n${Array.from({ length: ROWS }, (_, row) => `${row / 2},${row}\n`).join('')}`
const sums = Array.from({ length: ROWS }, (_, row) => row * 1.5)

/** A Parquet file until the test ends. */
function parquet(t: { after(work: () => void): void }, bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-batch-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'rows.parquet')
  writeFileSync(path, bytes)
  return path
}

const columns: ColumnSource[] = [
  { name: 'b', data: Array.from({ length: ROWS }, (_, row) => BigInt(row)), type: 'INT64' },
  { name: 'extra', data: Array.from({ length: ROWS }, String), type: 'STRING' },
  { name: 'a', data: Array.from({ length: ROWS }, (_, row) => row / 2), type: 'DOUBLE' },
]

test('CSV to CSV, and who listens hears how far it came', async () => {
  const heard: number[] = []
  const { rows, bytes } = await written(arriving(csv), { onPiece: (done) => heard.push(done) })
  assert.deepEqual([rows, heard.at(-1)], [ROWS, ROWS])
  assert.ok(heard.length > 1)
  assert.equal(bytes.toString(), `prediction\n${sums.join('\n')}\n`)
})

test('JSON Lines to JSON Lines with probabilities', async () => {
  const { bytes } = await written(arriving('{"a": 0, "b": 0}\n\n{"b": 2, "a": -2}\n'), {
    input: 'jsonl',
    output: 'jsonl',
    method: 'predict_proba',
  })
  assert.equal(bytes.toString(), '{"prediction":[0.5,0.5]}\n{"prediction":[0.5,0.5]}\n')
})

test('Parquet in and out, in several row groups, columns by name', async (t) => {
  const path = parquet(t, new Uint8Array(parquetWriteBuffer({ columnData: columns, rowGroupSize: 1500 })))
  const { rows, bytes } = await written(path, { input: 'parquet', output: 'parquet' })
  assert.equal(rows, ROWS)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
  assert.deepEqual(
    (await parquetReadObjects({ file })).map(({ prediction }) => prediction),
    sums,
  )
})

test('a file that is no Parquet, or is cut or changed, is refused or read, and nothing else', async (t) => {
  const whole = new Uint8Array(parquetWriteBuffer({ columnData: columns.map((column) => ({ ...column, data: column.data.slice(0, 50) })) }))
  const path = parquet(t, Buffer.from('no such thing'))
  await assert.rejects(written(path, { input: 'parquet' }), { name: 'RequestProblem', message: /can't be read as Parquet/ })
  let refused = 0
  // The 32nd is one that the parser never comes to the end of: three seconds are what it gets here.
  for (let seed = 20; seed <= 40; seed++) {
    const changed = Buffer.from(whole)
    for (let change = 0; change <= seed % 4; change++) changed[(Math.imul(seed + change, 2654435761) >>> 0) % changed.length] = seed % 256
    writeFileSync(path, seed % 5 === 0 ? changed.subarray(0, (seed * 97) % changed.length) : changed)
    try {
      for await (const table of parquetTables(path, model.signature.inputs, 3000)) assert.ok(table.rows <= 8192)
    } catch (error) {
      assert.equal((error as Error).name, 'RequestProblem', `${seed}: ${(error as Error).stack}`)
      refused++
    }
  }
  assert.ok(refused >= 5, `${refused} were refused`)
})

test('a row that does not fit ends the run, and is counted from the first of the file', async () => {
  await assert.rejects(written(arriving(`${csv}x,1\n`), {}), {
    message: /^Column 'a', row \d+: .*got the string "x"\. \(Rows are counted from row 4096 of the file\.\)$/,
  })
  await assert.rejects(written(arriving('{"a": 1, "b": 1}\n[1]\n'), { input: 'jsonl' }), { message: /^Line 2: expected an object/ })
})
