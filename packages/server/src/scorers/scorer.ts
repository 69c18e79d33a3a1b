import { scorerPattern } from '../access/scorer-pattern.ts'
import { double, Invalid, int64, object, optional, type Schema, type Static, string } from '../http/schema.ts'

const SERIALIZED_MAX = 2 ** 19
/** The request that registers a scorer: its text grows when it is quoted. */
export const REGISTER_BODY_MAX_BYTES = 2 * 2 ** 20

export const ExperimentId = string({ min: 1, max: 20, description: 'A number in decimal digits' })

const anyName = string({ min: 1, max: 256 })
export const ScorerName: Schema<string> = {
  ...anyName,
  decode(raw) {
    const name = anyName.decode(raw)
    if (name.trim() === '') throw new Invalid('a scorer needs a name, and this is white space.', raw)
    return name
  },
}

export const ScorerVersionNumber = int64({ min: 1, max: 2 ** 31 - 1 })

type Fields = { readonly [name: string]: unknown }
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const anyText = string({
  max: SERIALIZED_MAX,
  description: "A scorer as MLflow's clients serialize it: JSON. Code in it is never run here",
})
/** The text of a scorer: a JSON object, kept to the letter. */
export const SerializedScorer: Schema<string> = {
  ...anyText,
  decode(raw) {
    const text = anyText.decode(raw)
    const model = modelOf(fieldsOf(text))
    if (model !== undefined && model !== null && (typeof model !== 'string' || model.trim() === '')) {
      throw new Invalid('its model must be a string that is not empty.', model)
    }
    return text
  },
}

/** @throws Invalid */
function fieldsOf(serialized: string): Fields {
  let value: unknown
  try {
    value = JSON.parse(serialized)
  } catch {
    throw new Invalid('serialized_scorer must be valid JSON.', 'a text that is none')
  }
  if (!isFields(value)) throw new Invalid('serialized_scorer must be a JSON object.', 'another value')
  return value
}

/** The model that a scorer asks, at the places where MLflow's kinds of scorers name it. */
function modelOf(scorer: Fields): unknown {
  let at: unknown = scorer
  while (isFields(at)) {
    const found = at.instructions_judge_pydantic_data || at.builtin_scorer_pydantic_data
    if (isFields(found)) return found.model
    if (!isFields(at.memory_augmented_judge_data))
      return isFields(at.third_party_scorer_data) ? at.third_party_scorer_data.model : undefined
    at = at.memory_augmented_judge_data.base_judge
  }
  return undefined
}

/** Why a scorer can not judge traces as they come in: a sentence, or undefined when it can. Mirrors MLflow's conditions. */
export function reasonNotOnline(name: string, serialized: string): string | undefined {
  const scorer = fieldsOf(serialized)
  const model = modelOf(scorer)
  if (typeof model !== 'string' || !model.startsWith('gateway:/')) {
    return `Scorer '${name}' does not use a gateway model: only those with one, such as gateway:/chat, can judge what comes in.`
  }
  const judge = scorer.instructions_judge_pydantic_data
  if (isFields(judge) && typeof judge.instructions === 'string' && /\{\{\s*expectations\s*\}\}/.test(judge.instructions)) {
    return `Scorer '${name}' requires expectations, and traces that come in have none: take it for evaluations.`
  }
  return undefined
}

/** A scorer's version on the wire. Its experiment is a number here, and a string everywhere else. */
export const Scorer = object({
  experiment_id: int64(),
  scorer_name: string(),
  scorer_version: int64(),
  serialized_scorer: string(),
  creation_time: int64({ description: 'Milliseconds since 1970' }),
  scorer_id: string(),
})
export type Scorer = Static<typeof Scorer>

/** How much of an experiment's traces a scorer is to judge as they come in. */
export const OnlineConfig = object({
  online_scoring_config_id: string(),
  scorer_id: string(),
  sample_rate: double({ description: 'From 0 to 1' }),
  experiment_id: string(),
  filter_string: optional(string()),
})
export type OnlineConfig = Static<typeof OnlineConfig>

/** A scorer as the permission check names it. */
export const scorerNamed = ({ experiment_id, name }: { experiment_id: string; name: string }) => ({
  scorer_name: scorerPattern(experiment_id, name),
})
