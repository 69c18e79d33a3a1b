import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { csvTables } from '../../packages/runtime/src/batch/csv-rows.ts'
import { jsonTables } from '../../packages/runtime/src/batch/json-rows.ts'
import { parquetTables } from '../../packages/runtime/src/batch/parquet-rows.ts'
import { predict } from '../../packages/runtime/src/serving/served.ts'
import { columnsOf, served } from '../../packages/runtime/src/testing/sums.ts'
import { ending, named } from './refusals.ts'
import type { Seed, Target } from './target.ts'

const ALL_TYPES = columnsOf({ a: 'double', b: 'long', c: 'string?', d: 'boolean?', e: 'datetime?', f: 'integer?', g: 'float?' })
const TENSOR = JSON.stringify([{ type: 'tensor', 'tensor-spec': { dtype: 'float64', shape: [-1, 2] } }])
/** Models with columns, with a matrix, and without a signature. */
export const MODELS = [served(ALL_TYPES), served(TENSOR), served(undefined)]

/** A reader of rows in a file, as `models predict` has them. */
const ofRows = (name: string, seeds: () => readonly Seed[], tables: (file: string, bytes: Buffer) => AsyncIterable<unknown>): Target => ({
  name: `serve-${name}`,
  seeds,
  async attempt(file, bytes) {
    try {
      let rows = 0
      for await (const table of tables(file, bytes)) {
        for (const model of MODELS) {
          try {
            await predict(model, table as Parameters<typeof predict>[1])
            rows++
          } catch (error) {
            ending(error)
          }
        }
      }
      return `${rows > 0}`
    } catch (error) {
      return ending(error)
    }
  },
})

const PARQUET_GROUP_MAX_MS = 2_000

function parquetSeeds(): readonly Seed[] {
  const columnData = [
    { name: 'a', data: [0.5, 1, 2, 3], type: 'DOUBLE' as const },
    { name: 'b', data: [1n, 2n, 3n, 4n], type: 'INT64' as const },
    { name: 'c', data: ['x', 'y', 'x', 'z'], type: 'STRING' as const },
  ]
  return [4, 2].map((rowGroupSize) => named(`rows-${rowGroupSize}.parquet`, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize }))))
}

/** Through the thread that reads it when it is served: its parser is not ours, and the thread is what bounds it. */
async function* parquet(_: string, bytes: Buffer): AsyncIterable<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-fuzz-'))
  try {
    writeFileSync(join(folder, 'rows.parquet'), bytes)
    yield* parquetTables(join(folder, 'rows.parquet'), undefined, PARQUET_GROUP_MAX_MS)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A fuzzer for each reader of rows that are predicted in one go. */
export const rowTargets: readonly Target[] = [
  ofRows('parquet', parquetSeeds, parquet),
  ofRows(
    'rows',
    () => [
      named('rows.csv', 'a,b,c\n0.5,1,x\n1e300,-2,"y ""z"", w"\n,,\r\n"1\n2",3,\n'),
      named('rows.jsonl', '{"a": 0.5, "b": 1}\n\n{"b": 2, "a": NaN, "c": "x"}\n'),
    ],
    (file, bytes) => {
      const from = Readable.from([bytes])
      return file.endsWith('.csv') ? csvTables(from, MODELS[0]?.signature.inputs) : jsonTables(from)
    },
  ),
]
