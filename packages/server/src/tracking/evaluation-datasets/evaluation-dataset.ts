import { hash } from 'node:crypto'
import { array, Invalid, int64, object, optional, type Schema, type Static, string } from '../../http/schema.ts'
import { isObject, parseExactly, spelledNumber } from './exact-json.ts'

export const DATASET_NAME_MAX = 500
export const TAG_KEY_MAX = 255
export const TAG_VALUE_MAX = 5_000
export const TAGS_MAX = 1_000
/** Datasets may hang on many experiments, but a request names no more than these. */
export const EXPERIMENTS_MAX = 100

/** The tag by which MLflow's clients say who writes. */
export const USER_TAG = 'mlflow.user'

export const DatasetId = string({ min: 1, max: 64 })

/** An evaluation dataset on the wire; tags, schema and profile are JSON text there. */
export const EvaluationDataset = object({
  dataset_id: string({ description: 'd- and 32 hexadecimal digits' }),
  name: string(),
  tags: { ...string(), json: { type: 'string', contentMediaType: 'application/json', description: 'A JSON object of strings' } },
  schema: optional(string({ description: 'JSON: the fields of inputs, outputs and expectations, and the type of each' })),
  profile: optional(string({ description: 'JSON: num_records' })),
  digest: string({ description: 'Changes whenever records are written' }),
  created_time: int64({ description: 'Milliseconds since 1970' }),
  last_update_time: int64({ description: 'Milliseconds since 1970' }),
  created_by: optional(string()),
  last_updated_by: optional(string()),
  experiment_ids: array(string()),
})
export type EvaluationDataset = Static<typeof EvaluationDataset>

/** The digest is of the name and the time of the last write, as MLflow makes it: it says that something changed, not what is inside. */
export const digestOf = (name: string, updated_ms: number): string => hash('sha256', `${name}:${updated_ms}`).slice(0, 8)

/** Tags as the wire sends them: JSON text of an object. Numbers and booleans become text as Python spells them; null leaves a tag out. */
export const TagsText: Schema<Record<string, string>> = {
  json: { type: 'string', contentMediaType: 'application/json', description: 'A JSON object of strings' },
  decode(raw) {
    const value = parseExactly(string({ max: 2 ** 20 }).decode(raw))
    if (!isObject(value)) throw new Invalid('a JSON object of tags is needed.', raw)
    const tags: Record<string, string> = Object.create(null)
    for (const [key, one] of Object.entries(value)) {
      if (one !== null) tags[string({ min: 1, max: TAG_KEY_MAX }).decode(key)] = string({ max: TAG_VALUE_MAX }).decode(tagText(key, one))
    }
    if (Object.keys(tags).length > TAGS_MAX) throw new Invalid(`at most ${TAGS_MAX} tags are taken.`, 'an object')
    return tags
  },
  encode: (tags) => JSON.stringify(JSON.stringify(tags)),
}

function tagText(key: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  const number = spelledNumber(value)
  if (number === undefined) throw new Invalid(`the value of tag '${key}' must be a string.`, value)
  return number
}
