import { invalid } from '../http/errors.ts'
import { array, Invalid, object, type Schema, type Static, string } from '../http/schema.ts'
import { entityName } from '../tracking/entity-names.ts'

const NAME_MAX = 256
const ALIAS_MAX = 255
const TAG_VALUE_MAX = 100_000
const TAGS_MAX = 1_000
export const DESCRIPTION_MAX = 65_535
/** Bodies of requests that carry tags: a prompt's text is one. */
export const TAGS_BODY_MAX_BYTES = 4 * 2 ** 20

/** The tag that makes a registered model a prompt, when it is there as the model is made. */
export const IS_PROMPT_TAG = 'mlflow.prompt.is_prompt'
const PROMPT_TEXT_TAG = 'mlflow.prompt.text'

const name = string({ min: 1, max: NAME_MAX, description: "Without '/', ':' and '%', and not a path such as '..'" })
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** The name of a registered model. It stands in URIs (`models:/name/1`), so that it must be the same name however it is decoded. */
export const RegisteredName: Schema<string> = {
  ...name,
  decode(raw) {
    if (typeof raw === 'string' && raw.trim() === '') throw new Invalid('it is required.')
    const text = name.decode(raw)
    if (/[/:]/.test(text)) throw invalid(`Invalid model name '${text}'. Names cannot contain '/' or ':': take '-' or '_' instead.`)
    if (text.includes('%')) throw new Invalid("a name must not hold '%', which would be decoded in a URI.", raw)
    if (CONTROL.test(text) || !text.isWellFormed()) throw new Invalid('a name must not hold control characters.', raw)
    if (text === '.' || text === '..' || text !== text.trim())
      throw new Invalid("as a path, '.', '..' and outer spaces are other names.", raw)
    if (text !== text.normalize('NFC')) throw new Invalid('a name must be in the Unicode form NFC, so that it has one spelling.', raw)
    return text
  },
}

/** The number of a version, which MLflow's wire has as text. */
export const VersionNumber: Schema<number> = {
  json: { type: 'string', pattern: '^[0-9]+$' },
  decode(raw) {
    const value = typeof raw === 'number' ? raw : typeof raw === 'string' && /^\d{1,15}$/.test(raw) ? Number(raw) : Number.NaN
    if (Number.isSafeInteger(value)) return value
    throw invalid(`Parameter 'version' must be an integer, got '${String(raw).slice(0, 100)}'.`)
  },
  encode: (value) => `"${value}"`,
}

const alias = string({ min: 1, max: ALIAS_MAX })

/** An alias as it is asked for: 'latest' stands for the newest version. */
export const AliasName: Schema<string> = {
  ...alias,
  decode(raw) {
    const text = alias.decode(raw)
    if (/^[\p{L}\p{N}_-]+$/u.test(text)) return text
    throw invalid(`Invalid alias name: '${text}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`)
  },
}

/** An alias that is given to a version: neither 'latest' nor a version's number such as 'v1'. */
export const NewAliasName: Schema<string> = {
  ...AliasName,
  decode(raw) {
    const text = AliasName.decode(raw)
    if (text.toLowerCase() === 'latest') throw invalid("'latest' alias name (case insensitive) is reserved: take another.")
    if (/^v\d+$/i.test(text)) throw invalid(`Version alias name '${text}' is reserved: take one that is no version's number.`)
    return text
  },
}

export const TagKey = entityName
export const TagValue = string({ max: TAG_VALUE_MAX })
const AnyTag = object({ key: TagKey, value: string() })

/** A tag on the way in. */
export const NewTag: Schema<Tag> = {
  ...object({ key: TagKey, value: TagValue }),
  decode(raw) {
    const tag = AnyTag.decode(raw)
    if (tag.key === PROMPT_TEXT_TAG && tag.value.length > TAG_VALUE_MAX) {
      throw new Invalid(`Prompt text exceeds max length of ${TAG_VALUE_MAX} characters.`, tag.value)
    }
    return { key: tag.key, value: TagValue.decode(tag.value) }
  },
}
export const NewTags = array(NewTag, { max: TAGS_MAX })

export const Tag = object({ key: string(), value: string() })
export type Tag = Static<typeof Tag>

/** What the server tells of a version in its tags begins so. */
const RESERVED = /^\s*millrace\./i

/** Tags without those that are the server's to set: of a version that is made as a copy, with the tags of the one that it is made of. */
export const withoutReserved = (tags: readonly Tag[]): Tag[] => tags.filter(({ key }) => !RESERVED.test(key))

/**
 * No client sets, changes or deletes what the server tells of a version: its signature, its scan, its approval.
 * @throws ApiError INVALID_PARAMETER_VALUE
 */
export function refuseReserved(tags: readonly { readonly key: string }[]): void {
  const reserved = tags.find(({ key }) => RESERVED.test(key))
  if (reserved) throw invalid(`Tags that begin with 'millrace.' are the server's own: '${reserved.key}' can't be set or deleted.`)
}

/** Whether tags say that a thing is a prompt: of several, the last counts. */
export const saysPrompt = (tags: readonly Tag[]): boolean =>
  tags.findLast(({ key }) => key === IS_PROMPT_TAG)?.value.toLowerCase() === 'true'

/**
 * What is a prompt was decided when it was made: no tag may say otherwise later.
 * @throws ApiError INVALID_PARAMETER_VALUE
 */
export function refuseOtherKind(model: { readonly name: string; readonly is_prompt: number }, tags: readonly Tag[]): void {
  if (!tags.some(({ key }) => key === IS_PROMPT_TAG)) return
  // Each of them, since a reader may take the first.
  if (tags.every((tag) => tag.key !== IS_PROMPT_TAG || saysPrompt([tag]) === (model.is_prompt === 1))) return
  const what = model.is_prompt === 1 ? 'a prompt and stays one' : 'a registered model and no prompt'
  throw invalid(`The tag '${IS_PROMPT_TAG}' can't change what '${model.name}' is: it is ${what}. Make another under a name of its own.`)
}
