import { hash } from 'node:crypto'
import { Invalid, type Schema, string } from '../../http/schema.ts'
import { USER_TAG } from './evaluation-dataset.ts'
import { canonicalJson, isObject, parseExactly } from './exact-json.ts'

/** Records in one request. */
export const RECORDS_MAX = 20_000
/** The length of a request's records; MLflow's client sends all that it has in one request. */
export const RECORDS_TEXT_MAX = 24 * 2 ** 20

const SOURCE_TYPES = new Set(['UNSPECIFIED', 'TRACE', 'HUMAN', 'DOCUMENT', 'CODE'])
type Source = { source_type: string; source_data: Record<string, unknown> }
type Fields = Record<string, unknown>

/** A record as a client sends it. `outputs` left out and `outputs: null` differ: the one keeps what is there, the other removes it. */
export type RecordInput = {
  readonly inputs: Fields
  readonly outputs?: unknown
  readonly expectations?: Fields | undefined
  readonly tags?: Fields | undefined
  readonly source?: Source | undefined
}

/** Records as the wire sends them: JSON text of an array. */
export const RecordsText: Schema<RecordInput[]> = {
  json: {
    type: 'string',
    contentMediaType: 'application/json',
    maxLength: RECORDS_TEXT_MAX,
    description: 'A JSON array of records: inputs, outputs, expectations, tags, source',
  },
  decode(raw) {
    if (typeof raw !== 'string') throw new Invalid('a string of JSON is needed.', raw)
    if (raw.length > RECORDS_TEXT_MAX) throw new Invalid(`it exceeds the maximum length of ${RECORDS_TEXT_MAX} characters.`, 'JSON')
    const records = parseExactly(raw)
    if (!Array.isArray(records)) throw new Invalid('a JSON array of records is needed.', raw)
    if (records.length > RECORDS_MAX) throw new Invalid(`at most ${RECORDS_MAX} records are taken at once.`, `${records.length} records`)
    return records.map((record, at) => {
      try {
        return recordOf(record)
      } catch (error) {
        throw error instanceof Invalid ? error.within(`[${at}]`) : error
      }
    })
  },
  encode: (records) => JSON.stringify(JSON.stringify(records)),
}

function recordOf(raw: unknown): RecordInput {
  if (!isObject(raw)) throw new Invalid('a record is a JSON object.', raw)
  return {
    inputs: fieldsOf(raw, 'inputs') ?? {},
    ...('outputs' in raw && { outputs: raw.outputs }),
    expectations: fieldsOf(raw, 'expectations'),
    tags: fieldsOf(raw, 'tags'),
    source: sourceOf(fieldsOf(raw, 'source')),
  }
}

function fieldsOf(record: Fields, name: string): Fields | undefined {
  const value = record[name]
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) throw new Invalid('a JSON object is needed.', value).within(name)
  return value
}

function sourceOf(raw: Fields | undefined): Source | undefined {
  if (raw === undefined || Object.keys(raw).length === 0) return undefined
  const type = typeof raw.source_type === 'string' ? raw.source_type.toUpperCase() : ''
  if (!SOURCE_TYPES.has(type)) {
    const reason = `Invalid dataset record source type; it must be one of ${[...SOURCE_TYPES].join(', ')}.`
    throw new Invalid(reason, raw.source_type ?? null).within('source_type').within('source')
  }
  return { source_type: type, source_data: fieldsOf(raw, 'source_data') ?? {} }
}

/** What the same inputs have in common: the hash of their JSON with sorted keys. */
export const inputHash = (inputs: Fields): string => hash('sha256', canonicalJson(inputs))

/** The user that a record's tags name. */
export function userOf(record: RecordInput): string | undefined {
  const user = record.tags?.[USER_TAG]
  return typeof user === 'string' && user !== '' ? string({ max: 255 }).decode(user) : undefined
}

/** The parts of a stored record that a later one with the same inputs changes; JSON text each. */
export type Merged = { outputs: string | null; expectations: string | null; tags: string | null }

/** A new record's parts. Outputs that were not given are an empty object, as MLflow stores them. */
export const firstOf = ({ outputs, expectations, tags }: RecordInput): Merged => ({
  outputs: outputs === undefined ? '{}' : outputs === null ? null : JSON.stringify(outputs),
  expectations: expectations === undefined ? null : JSON.stringify(expectations),
  tags: tags === undefined ? null : JSON.stringify(tags),
})

/** A stored record's parts after the same inputs came again: outputs are replaced, expectations and tags are merged field by field. */
export const mergeInto = (known: Merged, { outputs, expectations, tags }: RecordInput): Merged => ({
  outputs: outputs === undefined ? known.outputs : outputs === null ? null : JSON.stringify(outputs),
  expectations: mergeFields(known.expectations, expectations),
  tags: mergeFields(known.tags, tags),
})

function mergeFields(text: string | null, fields: Fields | undefined): string | null {
  if (fields === undefined || Object.keys(fields).length === 0) return text
  if (text === null) return JSON.stringify(fields)
  return JSON.stringify({ ...(parseExactly(text) as Fields), ...fields })
}
