import { looksSecret, MASKED } from '../secrets/index.ts'
import type { Resource } from './endpoint.ts'
import type { JsonSchema } from './schema.ts'

/** Something in an answer or in a request that looks like a credential, and what to put in its place. */
export type Hit = {
  readonly key: string
  /** What it belongs to, all of it where it is several; undefined where that is what the request was about. */
  readonly owner: Resource | readonly Resource[] | undefined
  hide(): void
}

/** Looks for credentials in a value of one shape; `asked` is the request's input, which names the columns of tables. */
export type Finder = (value: unknown, owner: Resource | undefined, hits: Hit[], asked: unknown) => void

type Fields = Record<string, unknown>
type Pair = { readonly key: string; readonly value: string }
type Schemas = Readonly<Record<string, JsonSchema>>

/**
 * Makes the finder for values of a schema: it goes where params and tags are, as lists of keys and values, as objects of strings, or as
 * such an object in JSON text. Undefined where there are none, so that most answers are not looked at. It is made of the schema and not
 * declared by each endpoint, so that none is forgotten.
 */
export function finderFor(schema: JsonSchema): Finder | undefined {
  if (schema.type === 'array') return inArray(schema.items as JsonSchema)
  if (schema.type !== 'object') return undefined
  if (isText(schema.additionalProperties as JsonSchema | undefined)) return inRecord
  return inObject((schema.properties ?? {}) as Schemas)
}

const isText = (schema: JsonSchema | undefined): boolean => schema?.type === 'string' && schema.enum === undefined

function isPair(schema: JsonSchema): boolean {
  const fields = schema.properties as Schemas | undefined
  return isText(fields?.key) && isText(fields?.value)
}

function inArray(items: JsonSchema): Finder | undefined {
  if (isPair(items)) return inPairs
  const inItem = finderFor(items)
  return (
    inItem &&
    ((value, owner, hits, asked) => {
      for (const one of value as unknown[]) inItem(one, owner, hits, asked)
    })
  )
}

function inPairs(value: unknown, owner: Resource | undefined, hits: Hit[]): void {
  const pairs = value as Pair[]
  for (let at = 0; at < pairs.length; at++) {
    const pair = pairs[at] as Pair
    if (!looksSecret(pair.key, pair.value)) continue
    hits.push({
      key: pair.key,
      owner,
      hide() {
        pairs[at] = { ...pair, value: MASKED }
      },
    })
  }
}

function inRecord(value: unknown, owner: Resource | undefined, hits: Hit[]): void {
  const record = value as Record<string, string>
  for (const key in record) {
    if (!looksSecret(key, record[key] as string)) continue
    hits.push({
      key,
      owner,
      hide() {
        record[key] = MASKED
      },
    })
  }
}

/** Evaluation datasets send their tags as JSON text. */
const inText =
  (name: string): Finder =>
  (value, owner, hits) => {
    const holder = value as Fields
    // On the way in it was decoded already.
    const tags = typeof holder[name] === 'string' ? (JSON.parse(holder[name]) as unknown) : holder[name]
    if (typeof tags !== 'object' || tags === null) return
    const found: Hit[] = []
    inRecord(tags, owner, found)
    for (const hit of found) {
      hits.push({
        key: hit.key,
        owner,
        hide() {
          hit.hide()
          holder[name] = JSON.stringify(tags)
        },
      })
    }
  }

function inObject(fields: Schemas): Finder | undefined {
  const ownerOf = ownerIn(fields)
  const parts: [name: string, find: Finder][] = []
  const whole: Finder[] = []
  for (const [name, schema] of Object.entries(fields)) {
    const find = isColumns(schema) ? inColumns(name) : finderFor(schema)
    if (find) parts.push([name, find])
    else if (name === 'value' && isNullableText(schema)) whole.push(inGroup)
    if (name === 'tags' && schema.contentMediaType === 'application/json') whole.push(inText(name))
  }
  if (parts.length === 0 && whole.length === 0) return undefined
  return (value, outer, hits, asked) => {
    const owner = ownerOf?.(value as Fields) ?? outer
    for (const [name, find] of parts) {
      const one = (value as Fields)[name]
      if (one !== undefined && one !== null) find(one, owner, hits, asked)
    }
    for (const find of whole) find(value, owner, hits, asked)
  }
}

const isNullableText = (schema: JsonSchema | undefined): boolean => isText((schema?.anyOf as readonly JsonSchema[] | undefined)?.[0])

/** What things are taken together by: the value of the param or tag whose name was asked for, in all experiments that were. */
const inGroup: Finder = (group, owner, hits, asked) => {
  const { name, experiment_ids } = asked as { readonly name: string; readonly experiment_ids: readonly string[] }
  const { value } = group as { readonly value: string | null }
  if (!looksSecret(name, value ?? '')) return
  hits.push({
    key: name,
    owner: owner ?? experiment_ids.map((experiment) => ({ experiment })),
    hide() {
      ;(group as Fields).value = MASKED
    },
  })
}

/** Values in the order of the names that were asked for, in a field of the same name, with null for those that are not there. */
const isColumns = (schema: JsonSchema): boolean => schema.type === 'array' && isNullableText(schema.items as JsonSchema | undefined)

const inColumns =
  (name: string): Finder =>
  (value, owner, hits, asked) => {
    const values = value as (string | null)[]
    const names = (asked as Fields)[name] as readonly string[]
    for (let at = 0; at < values.length; at++) {
      const key = names[at] ?? ''
      if (!looksSecret(key, values[at] ?? '')) continue
      hits.push({
        key,
        owner,
        hide() {
          values[at] = MASKED
        },
      })
    }
  }

type OwnerOf = (value: Fields) => Resource | undefined

/** What an object of this shape belongs to: the experiment, registered model, trace or evaluation dataset that it names. */
function ownerIn(fields: Schemas): OwnerOf | undefined {
  const has = (...names: readonly string[]): boolean => names.every((name) => Object.hasOwn(fields, name))
  const info = fields.info?.properties as Schemas | undefined
  if (info && Object.hasOwn(info, 'experiment_id')) return ({ info: of }) => ({ experiment: String((of as Fields).experiment_id) })
  if (has('experiment_id')) return ({ experiment_id }) => ({ experiment: String(experiment_id) })
  if (has('trace_id', 'trace_location')) return ({ trace_id }) => ({ trace: String(trace_id) })
  if (has('dataset_id', 'experiment_ids')) return ({ dataset_id }) => ({ evaluation_dataset: String(dataset_id) })
  if (has('name', 'latest_versions') || has('name', 'current_stage')) return ({ name }) => ({ registered_model: String(name) })
  return undefined
}

/** The finder for what a request would store: the same, and the one param or tag that some endpoints take. */
export function finderForInput(schema: JsonSchema): Finder | undefined {
  const find = finderFor(schema)
  if (!isPair(schema)) return find
  return (value, owner, hits, asked) => {
    find?.(value, owner, hits, asked)
    const { key, value: text } = value as Pair
    if (looksSecret(key, text)) hits.push({ key, owner, hide() {} })
  }
}
