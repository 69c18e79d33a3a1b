import { Refused } from '../refused.ts'

/** A parameter that a model's signature declares. */
export type ParamSpec = { readonly name: string; readonly type: string; readonly is_list: boolean }

/** Parameters that XGBoost's own `predict` takes, and with which it would predict something else than what is evaluated here. */
const EVALUATED_ELSEWHERE = new Set([
  ...['output_margin', 'iteration_range', 'base_margin', 'ntree_limit', 'training', 'strict_shape'],
  ...['pred_leaf', 'pred_contribs', 'approx_contribs', 'pred_interactions'],
])
const PARAMS_MAX = 1_000

/** Reads what MLmodel has of parameters. @throws Refused('describe') for those that would have to change the prediction */
export function readParams(text: string): readonly ParamSpec[] {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch (cause) {
    throw new Refused('describe', 'The parameters in MLmodel are no JSON: log the model again.', { cause })
  }
  if (!Array.isArray(read) || read.length > PARAMS_MAX)
    throw new Refused('describe', 'The parameters in MLmodel are no list: log the model again.')
  return read.map((one) => {
    const { name, type, shape } = (one ?? {}) as Record<string, unknown>
    if (typeof name !== 'string') throw new Refused('describe', 'A parameter in MLmodel has no name: log the model again.')
    if (EVALUATED_ELSEWHERE.has(name))
      throw new Refused(
        'describe',
        `The parameter '${name}' changes what XGBoost predicts, which is not evaluated here: log the model without it.`,
      )
    return { name, type: typeof type === 'string' ? type : 'object', is_list: Array.isArray(shape) }
  })
}

const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/

const TAKES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger,
  long: Number.isInteger,
  float: (value) => typeof value === 'number',
  double: (value) => typeof value === 'number',
  datetime: (value) => typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value)),
}

/** What is wrong with a request's values, in a sentence that names each; undefined when nothing is. Only declared ones are looked at. */
export function problemWithParams(specs: readonly ParamSpec[], given: Readonly<Record<string, unknown>>): string | undefined {
  const problems = specs.flatMap(({ name, type, is_list }) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value === undefined || value === null) return []
    if (is_list && !Array.isArray(value)) return [`'${name}' takes a list, and was given ${pythonType(value)}`]
    const odd = (is_list ? (value as readonly unknown[]) : [value]).find((one) => TAKES[type]?.(one) === false)
    if (odd === undefined) return []
    // MLflow's clients know this sentence.
    const from = `value \`${String(odd).slice(0, 100)}\` from type \`<class '${pythonType(odd)}'>\``
    const said = `Failed to convert ${from} to \`DataType.${type}\``
    return [`'${name}': ${said}`]
  })
  return problems.length === 0 ? undefined : `Invalid parameters found: ${problems.join('; ')}.`
}

function pythonType(value: unknown): string {
  if (typeof value === 'string') return 'str'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return Array.isArray(value) ? 'list' : 'dict'
}
