/** What stands between a name and a value. */
export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | 'LIKE' | 'ILIKE' | 'RLIKE' | 'IN' | 'NOT IN' | 'IS NULL' | 'IS NOT NULL'

/** What a name before the dot stands for. */
export type Entity = 'attribute' | 'metric' | 'param' | 'tag' | 'dataset' | 'metadata' | 'span' | 'feedback' | 'expectation' | 'issue'

export const NUMBER_OPERATORS: readonly Operator[] = ['=', '!=', '>', '>=', '<', '<=']
export const TEXT_OPERATORS: readonly Operator[] = ['=', '!=', 'LIKE', 'ILIKE']
/** What only traces take: a regular expression, found anywhere in the text. */
export const PATTERN_OPERATORS: readonly Operator[] = ['RLIKE']
export const LIST_OPERATORS: readonly Operator[] = ['IN', 'NOT IN']
export const PRESENCE_OPERATORS: readonly Operator[] = ['IS NULL', 'IS NOT NULL']

/** What can be compared: its own name (clients may use others for it), the type of its values, and with what. */
export type Subject = {
  readonly name: string
  readonly kind: 'text' | 'number'
  readonly operators: readonly Operator[]
  /** A number that is always whole: MLflow takes it in quotes as well, and nothing with a fraction. */
  readonly whole?: boolean
}

/** The filter language of one kind of thing. Made by {@link language}. */
export type Language = {
  /** By every spelling that clients use. */
  readonly attributes: ReadonlyMap<string, Subject>
  /** By every spelling that clients use. */
  readonly entities: ReadonlyMap<string, Entity>
  /** Metrics, params, tags: any key. */
  readonly keyed: ReadonlyMap<Entity, Pick<Subject, 'kind' | 'operators'>>
  /** The keys of `dataset.`. */
  readonly datasets: ReadonlyMap<string, Subject>
  /** Whether text may come without quotes, as MLflow lets it for logged models: `params.lr = 0.01`; or of which entities it may. */
  readonly bare_text: boolean | readonly Entity[]
  /** Beginnings of messages, which MLflow's clients and tests match on. */
  readonly phrases: { readonly syntax: string; readonly operator: string }
}

const SPELLINGS: Record<Entity, readonly string[]> = {
  attribute: ['attribute', 'attributes', 'attr', 'run'],
  metric: ['metric', 'metrics'],
  param: ['parameter', 'parameters', 'param', 'params'],
  tag: ['tag', 'tags'],
  dataset: ['dataset', 'datasets'],
  metadata: ['metadata', 'request_metadata'],
  span: ['span'],
  feedback: ['feedback'],
  expectation: ['expectation'],
  issue: ['issue'],
}

export type LanguageRules = {
  attributes: readonly (Subject & { readonly aliases?: readonly string[] })[]
  keyed: Partial<Record<Exclude<Entity, 'attribute' | 'dataset'>, readonly Operator[]>>
  /** Another word for `attribute`, such as `trace`. */
  self?: string
  datasets?: readonly Subject[]
  bare_text?: Language['bare_text']
  phrases?: Language['phrases']
}

/** Declares what a kind of thing can be filtered and sorted by. */
export function language(rules: LanguageRules): Language {
  const keyed = new Map<Entity, Pick<Subject, 'kind' | 'operators'>>()
  for (const [entity, operators] of Object.entries(rules.keyed)) {
    keyed.set(entity as Entity, { kind: entity === 'metric' ? 'number' : 'text', operators })
  }
  const taken: Entity[] = ['attribute', ...keyed.keys(), ...(rules.datasets ? (['dataset'] as const) : [])]
  return {
    attributes: new Map(
      rules.attributes.flatMap(({ aliases = [], ...subject }) => [subject.name, ...aliases].map((name) => [name, subject] as const)),
    ),
    entities: new Map([
      ...taken.flatMap((entity) => SPELLINGS[entity].map((spelling) => [spelling, entity] as const)),
      ...(rules.self ? [[rules.self, 'attribute'] as const] : []),
    ]),
    keyed,
    datasets: new Map((rules.datasets ?? []).map((subject) => [subject.name, subject])),
    bare_text: rules.bare_text ?? false,
    phrases: rules.phrases ?? { syntax: 'Invalid clause(s) in filter string', operator: 'Invalid comparator' },
  }
}
