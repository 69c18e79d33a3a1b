import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { bulk, command, query, type Reader, type Value, type Writer } from '../../db/handles.ts'
import { datasetRow } from './dataset-store.ts'
import { digestOf } from './evaluation-dataset.ts'
import { firstOf, inputHash, type Merged, mergeInto, type RecordInput, userOf } from './record.ts'
import { extendSchema } from './record-schema.ts'

type Row = Merged & {
  id: number
  record_id: string
  inputs: string
  source: string | null
  created_ms: number
  updated_ms: number
  created_by: string | null
  updated_by: string | null
}
type Known = Merged & { input_hash: string; updated_by: string | null }

// Taking the dataset's row first makes writers of the same dataset wait for each other: a merge is read, then written.
const TOUCH = command('update evaluation_dataset set updated_ms = ?, digest = ?, updated_by = coalesce(?, updated_by) where id = ?')
const SET_SUMMARY = command('update evaluation_dataset set schema = ?, records = records + ? where id = ?')
const KNOWN = query<Known>(
  (dialect) =>
    `select input_hash, outputs, expectations, tags, updated_by from evaluation_record
     where dataset = ? and ${dialect.inTexts('input_hash')}`,
)
const UPSERT = bulk(
  `insert into evaluation_record (dataset, record_id, input_hash, inputs, outputs, expectations, tags, source, size,
     created_ms, updated_ms, created_by, updated_by)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
   on conflict (dataset, input_hash) do update set outputs = excluded.outputs, expectations = excluded.expectations,
     tags = excluded.tags, size = excluded.size, updated_ms = excluded.updated_ms, updated_by = excluded.updated_by`,
  'itttttttiiitt',
)
const SIZES = query<[id: number, size: number]>('select id, size from evaluation_record where dataset = ? and id > ? order by id limit ?')
const PAGE = query<Row>(
  `select id, record_id, inputs, outputs, expectations, tags, source, created_ms, updated_ms, created_by, updated_by
   from evaluation_record where dataset = ? and id > ? and id <= ? order by id`,
)
const DELETE = command((dialect) => `delete from evaluation_record where dataset = ? and ${dialect.inTexts('record_id')}`)
const FORGET = command('update evaluation_dataset set records = records - ? where id = ?')

const SLICE = 500

/** One record on its way into the table. */
type Pending = Merged & { record: RecordInput; hash: string; user: string | undefined; updated_by: string | null; fresh: boolean }

/**
 * Writes records: those with new inputs are inserted, the others merged into what is there.
 * @param user the caller, where one is signed in; else the records' tags say who it was
 * @throws ApiError RESOURCE_DOES_NOT_EXIST
 */
export async function upsertRecords(
  tx: Writer,
  dataset_id: string,
  records: readonly RecordInput[],
  now_ms: number,
  user: string,
): Promise<{ inserted: number; updated: number }> {
  const dataset = await datasetRow(tx, dataset_id)
  const users = records.map((record) => (user === '' ? userOf(record) : user))
  await tx.run(TOUCH, now_ms, digestOf(dataset.name, now_ms), users.findLast((one) => one !== undefined) ?? null, dataset.id)
  let inserted = 0
  for (let from = 0; from < records.length; from += SLICE) {
    // Twenty thousand records take half a second: between slices others are answered.
    if (from > 0) await setImmediate()
    inserted += await upsertSlice(tx, dataset.id, records.slice(from, from + SLICE), users.slice(from, from + SLICE), now_ms)
  }
  // The row was read before it was taken: another writer may have extended the schema meanwhile.
  const { schema } = await datasetRow(tx, dataset_id)
  await tx.run(SET_SUMMARY, extendSchema(schema, records), inserted, dataset.id)
  return { inserted, updated: records.length - inserted }
}

/** Writes some records; gives how many of them were new. */
async function upsertSlice(
  tx: Writer,
  dataset: number,
  records: readonly RecordInput[],
  users: readonly (string | undefined)[],
  now_ms: number,
): Promise<number> {
  const hashes = records.map((record) => inputHash(record.inputs))
  const known = new Map((await tx.all(KNOWN, dataset, tx.dialect.list([...new Set(hashes)]))).map((row) => [row.input_hash, row]))
  const pending = new Map<string, Pending>()
  records.forEach((record, at) => {
    const hash = hashes[at] as string
    const first = pending.get(hash)
    const before = first ?? known.get(hash)
    pending.set(hash, {
      ...(before ? mergeInto(before, record) : firstOf(record)),
      record: first?.record ?? record,
      hash,
      user: first ? first.user : users[at],
      updated_by: users[at] ?? before?.updated_by ?? null,
      fresh: first?.fresh ?? before === undefined,
    })
  })
  const written = [...pending.values()]
  await tx.runMany(
    UPSERT,
    written.map((one) => rowOf(one, dataset, now_ms)),
  )
  return written.filter((one) => one.fresh).length
}

function rowOf({ record, hash, outputs, expectations, tags, user, updated_by }: Pending, dataset: number, now_ms: number): Value[] {
  const record_id = `dr-${randomUUID().replaceAll('-', '')}`
  const inputs = JSON.stringify(record.inputs)
  const source = record.source === undefined ? null : JSON.stringify(record.source)
  const size = [inputs, outputs, expectations, tags, source].reduce((sum, text) => sum + (text?.length ?? 0), 0)
  return [dataset, record_id, hash, inputs, outputs, expectations, tags, source, size, now_ms, now_ms, user ?? null, updated_by]
}

/**
 * A page of records in the order in which they came: at most `count`, and no more than fit into `size_max` characters (yet at least one).
 * @param after the id after which the page starts, 0 for the first
 * @returns the records as JSON text of an array, and the id after which the next page starts
 */
export async function recordsPage(
  db: Reader,
  dataset_id: string,
  { after, count, size_max }: { after: number; count: number; size_max: number },
): Promise<{ text: string; next: number | undefined }> {
  const dataset = await datasetRow(db, dataset_id)
  const sizes = await db.tuples(SIZES, dataset.id, after, count + 1)
  let taken = 0
  for (let size = 0; taken < Math.min(count, sizes.length); taken++) {
    size += (sizes[taken] as [number, number])[1]
    if (taken > 0 && size > size_max) break
  }
  const last = sizes[taken - 1]?.[0]
  if (last === undefined) return { text: '[]', next: undefined }
  const rows = await db.all(PAGE, dataset.id, after, last)
  return { text: `[${rows.map((row) => recordText(row, dataset_id)).join(',')}]`, next: taken < sizes.length ? last : undefined }
}

/** A record as JSON text: its parts are stored as JSON, and go out as they are. */
function recordText(row: Row, dataset_id: string): string {
  const source = row.source === null ? undefined : (JSON.parse(row.source) as { source_type: string; source_data: Record<string, unknown> })
  const source_id = source?.source_data[source.source_type === 'TRACE' ? 'trace_id' : 'source_id']
  const parts = [
    `"dataset_record_id":"${row.record_id}","dataset_id":"${dataset_id}","inputs":${row.inputs}`,
    row.outputs === null ? '' : `,"outputs":${row.outputs}`,
    row.expectations === null ? '' : `,"expectations":${row.expectations}`,
    `,"tags":${row.tags ?? '{}'}`,
    row.source === null ? '' : `,"source":${row.source}`,
    typeof source_id === 'string' ? `,"source_id":${JSON.stringify(source_id)}` : '',
    source === undefined ? '' : `,"source_type":"${source.source_type}"`,
    row.created_by === null ? '' : `,"created_by":${JSON.stringify(row.created_by)}`,
    row.updated_by === null ? '' : `,"last_updated_by":${JSON.stringify(row.updated_by)}`,
    `,"created_time":${row.created_ms},"last_update_time":${row.updated_ms}`,
  ]
  return `{${parts.join('')}}`
}

/** Removes records by their ids; gives how many were there. @throws ApiError RESOURCE_DOES_NOT_EXIST when the dataset is not. */
export async function deleteRecords(tx: Writer, dataset_id: string, record_ids: readonly string[]): Promise<number> {
  const { id } = await datasetRow(tx, dataset_id)
  const deleted = await tx.run(DELETE, id, tx.dialect.list(record_ids))
  if (deleted > 0) await tx.run(FORGET, deleted, id)
  return deleted
}
