import type { Dialect } from '../db/dialect.ts'
import { invalid } from '../http/errors.ts'
import { double, enumOf, Invalid, object, optional, type Schema, type Static } from '../http/schema.ts'

export const VIEWS = ['TRACES', 'SPANS', 'ASSESSMENTS'] as const
export type View = (typeof VIEWS)[number]
export const AGGREGATIONS = ['COUNT', 'SUM', 'AVG', 'PERCENTILE', 'MIN', 'MAX'] as const
type Aggregation = (typeof AGGREGATIONS)[number]

const RawAggregation = object({ aggregation_type: enumOf(AGGREGATIONS), percentile_value: optional(double()) })
export type MetricAggregation = Static<typeof RawAggregation>
/** How values become one; a percentile says which. */
export const MetricAggregation: Schema<MetricAggregation> = {
  ...RawAggregation,
  decode(raw) {
    const one = RawAggregation.decode(raw)
    const { aggregation_type, percentile_value: percent } = one
    if (aggregation_type !== 'PERCENTILE') {
      if (percent === undefined) return one
      throw new Invalid(`percentile_value is for PERCENTILE only, and this is ${aggregation_type}.`, raw)
    }
    if (percent !== undefined && percent >= 0 && percent <= 100) return one
    throw new Invalid('a PERCENTILE needs a percentile_value between 0 and 100.', raw)
  },
}

const COUNT: readonly Aggregation[] = ['COUNT']
const SPREAD: readonly Aggregation[] = ['AVG', 'MIN', 'MAX', 'PERCENTILE']
const AMOUNT: readonly Aggregation[] = ['SUM', ...SPREAD]

/** What can be measured: its value in SQL, how it may be aggregated, and by which dimensions. `x` is a metadata that it needs. */
export type Metric = {
  readonly value: (dialect: Dialect) => string
  readonly aggregations: readonly Aggregation[]
  readonly dimensions: readonly string[]
  readonly metadata?: string
  /** The values are counted once each. */
  readonly distinct?: true
  /** The time that counts is the span's own, not its trace's. */
  readonly own_time?: true
}

const USAGE = 'mlflow.trace.tokenUsage'
const tokens = (name: string): readonly [string, Metric] => [
  name,
  { value: (dialect) => dialect.numberInJson('x.value', name), aggregations: AMOUNT, dimensions: ['trace_name'], metadata: USAGE },
]
const cost = (name: string): readonly [string, Metric] => [
  name,
  {
    value: (dialect) => dialect.numberInJson(dialect.jsonField('s.content', 'attributes', 'mlflow.llm.cost'), name),
    aggregations: AMOUNT,
    dimensions: ['span_model_name', 'span_model_provider'],
    own_time: true,
  },
]
// Numbers begin with a digit or a minus in JSON, and nothing else does. Yes and no are numbers here, as in MLflow.
const ASSESSED = `case when x.value = 'true' or lower(trim(x.value)) = '"yes"' then 1
  when x.value = 'false' or lower(trim(x.value)) = '"no"' then 0
  when substr(x.value, 1, 1) in ('-','0','1','2','3','4','5','6','7','8','9') then cast(x.value as double precision) end`

const METRICS: Readonly<Record<View, ReadonlyMap<string, Metric>>> = {
  TRACES: new Map<string, Metric>([
    ['trace_count', { value: () => '1', aggregations: COUNT, dimensions: ['trace_name', 'trace_status'] }],
    ['session_count', { value: () => 'x.value', aggregations: COUNT, dimensions: [], metadata: 'mlflow.trace.session', distinct: true }],
    ['latency', { value: () => 't.duration_ms', aggregations: SPREAD, dimensions: ['trace_name'] }],
    ...['input_tokens', 'output_tokens', 'total_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'].map(tokens),
  ]),
  SPANS: new Map<string, Metric>([
    [
      'span_count',
      {
        value: () => '1',
        aggregations: COUNT,
        dimensions: ['span_name', 'span_type', 'span_status', 'span_model_name', 'span_model_provider'],
      },
    ],
    ['latency', { value: () => '(s.end_us - s.start_us) / 1000', aggregations: SPREAD, dimensions: ['span_name', 'span_status'] }],
    ...['input_cost', 'output_cost', 'total_cost'].map(cost),
  ]),
  ASSESSMENTS: new Map<string, Metric>([
    ['assessment_count', { value: () => '1', aggregations: COUNT, dimensions: ['assessment_name', 'assessment_value'] }],
    ['assessment_value', { value: () => ASSESSED, aggregations: SPREAD, dimensions: ['assessment_name'] }],
  ]),
}

/** What a dimension is in SQL. */
export const DIMENSIONS: Readonly<Record<string, (dialect: Dialect) => string>> = {
  trace_name: () => 't.name',
  trace_status: () => "(case t.state when 1 then 'OK' when 2 then 'ERROR' when 3 then 'IN_PROGRESS' end)",
  span_name: () => 's.name',
  span_type: () => 's.type',
  span_status: () => "(case s.status when 0 then 'UNSET' when 1 then 'OK' when 2 then 'ERROR' end)",
  // Texts among the attributes are JSON texts: their quotes go.
  span_model_name: (dialect) => `trim(${dialect.jsonField('s.content', 'attributes', 'mlflow.llm.model')}, '"')`,
  span_model_provider: (dialect) => `trim(${dialect.jsonField('s.content', 'attributes', 'mlflow.llm.provider')}, '"')`,
  assessment_name: () => 'x.name',
  assessment_value: () => 'x.value',
}

const listed = (names: Iterable<string>): string => `[${[...names].map((name) => `'${name}'`).join(', ')}]`

/** The metric of a view. @throws ApiError INVALID_PARAMETER_VALUE when there is none, or not aggregated or divided like this */
export function metricOf(view: View, name: string, aggregations: readonly MetricAggregation[], dimensions: readonly string[]): Metric {
  const metric = METRICS[view].get(name)
  if (!metric) throw invalid(`metric_name must be one of ${listed(METRICS[view].keys())}, got '${name}'`)
  const wrong = aggregations.map((one) => one.aggregation_type).filter((type) => !metric.aggregations.includes(type))
  if (wrong.length > 0) {
    throw invalid(`Found invalid aggregation_type(s): ${listed(wrong)}. Supported aggregation types: ${listed(metric.aggregations)}`)
  }
  const unknown = dimensions.filter((dimension) => !metric.dimensions.includes(dimension))
  if (unknown.length > 0)
    throw invalid(`Found invalid dimension(s): ${listed(unknown)}. Supported dimensions: ${listed(metric.dimensions)}`)
  return metric
}
