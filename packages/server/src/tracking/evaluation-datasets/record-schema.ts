import { isObject, pythonJson, spelledNumber } from './exact-json.ts'
import type { RecordInput } from './record.ts'

/** The types of the fields that a dataset's records hold. Outputs that are no object have one type for all. */
export type RecordSchema = {
  inputs: Record<string, string>
  outputs: Record<string, string> | string
  expectations: Record<string, string>
  version: string
}

/**
 * The schema of a dataset with the fields that new records bring. A field keeps the type with which it first came, as in MLflow.
 * @param text the schema so far, as it is stored
 */
export function extendSchema(text: string | null, records: readonly RecordInput[]): string | null {
  if (records.length === 0) return text
  const schema: RecordSchema =
    text === null ? { inputs: {}, outputs: {}, expectations: {}, version: '1.0' } : (JSON.parse(text) as RecordSchema)
  for (const { inputs, outputs, expectations } of records) {
    addFields(schema.inputs, inputs)
    if (expectations) addFields(schema.expectations, expectations)
    if (outputs === undefined || outputs === null) continue
    if (isObject(outputs)) {
      if (typeof schema.outputs === 'object') addFields(schema.outputs, outputs)
    } else if (Object.keys(schema.outputs).length === 0) schema.outputs = typeOf(outputs)
  }
  return pythonJson(schema)
}

function addFields(known: Record<string, string>, fields: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (Object.hasOwn(known, name)) continue
    Object.defineProperty(known, name, { value: typeOf(value), enumerable: true, configurable: true, writable: true })
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean' || typeof value === 'string') return typeof value
  const number = spelledNumber(value)
  if (number !== undefined) return /^-?\d+$/.test(number) ? 'integer' : 'float'
  return Array.isArray(value) ? 'array' : 'object'
}
