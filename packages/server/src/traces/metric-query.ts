import { adHocQuery, type Reader, type Value } from '../db/handles.ts'
import { invalid } from '../http/errors.ts'
import { findKeys } from '../tracking/entity-keys.ts'
import { allOf, type Fragment } from '../tracking/search/index.ts'
import { metricFilter, metricFilterSql } from './metric-filter.ts'
import { DIMENSIONS, type Metric, type MetricAggregation, metricOf, type View } from './metric-views.ts'

/** What is asked of traces, spans or assessments. */
export type MetricsRequest = {
  readonly view_type: View
  readonly metric_name: string
  readonly aggregations: readonly MetricAggregation[]
  readonly dimensions: readonly string[]
  readonly filters: readonly string[]
  readonly time_interval_seconds?: number | undefined
  readonly start_time_ms?: number | undefined
  readonly end_time_ms?: number | undefined
  readonly max_results: number
}

/** Values of those that have the same dimensions. */
export type DataPoint = { metric_name: string; dimensions: Record<string, string>; values: Record<string, number> }

const FROM: Readonly<Record<View, string>> = {
  TRACES: 'trace t',
  SPANS: 'trace t join span s on s.trace = t.id',
  ASSESSMENTS: 'trace t join assessment x on x.trace = t.id and x.valid = 1',
}

/** Aggregates what a view has in experiments. @throws ApiError INVALID_PARAMETER_VALUE */
export async function queryMetrics(db: Reader, experiments: readonly number[], request: MetricsRequest): Promise<DataPoint[]> {
  const { view_type, metric_name, aggregations, dimensions, start_time_ms, end_time_ms } = request
  const metric = metricOf(view_type, metric_name, aggregations, dimensions)
  const bucket_ms = (request.time_interval_seconds ?? 0) * 1000
  if (bucket_ms > 0 && (start_time_ms === undefined || end_time_ms === undefined)) {
    throw invalid('start_time_ms and end_time_ms are required if time_interval_seconds is set')
  }
  const inner = await innerSql(db, experiments, request, metric, bucket_ms)
  const groups = [...(bucket_ms > 0 ? ['bucket'] : []), ...dimensions.map((_, at) => `d${at}`)]
  const by = groups.length === 0 ? '' : `group by ${groups.join(', ')} order by ${groups.join(', ')}`
  const columns = [...groups, 'count(*) as n', ...aggregations.flatMap((one, at) => aggregate(metric, one, at))]
  const rows = await db.all(
    adHocQuery<Record<string, Value>>(`with ranked as (${ranked(inner.sql, groups, aggregations)})
      select ${columns.join(', ')} from ranked where v is not null ${by} limit ?`),
    ...inner.values,
    request.max_results,
  )
  return rows.flatMap((row) => dataPoint(row, request, bucket_ms > 0))
}

/** A row a value: when it was, what it has of each dimension, and how much it is. */
async function innerSql(
  db: Reader,
  experiments: readonly number[],
  { view_type, dimensions, filters, start_time_ms, end_time_ms }: MetricsRequest,
  metric: Metric,
  bucket_ms: number,
): Promise<Fragment> {
  const { dialect } = db
  const read = filters.map((text) => metricFilter(text, view_type))
  const names = [...read.map(({ key }) => key), metric.metadata].filter((name) => name !== undefined)
  const keys = await findKeys(db, names)
  const time = view_type === 'SPANS' && metric.own_time ? 's.start_us / 1000' : 't.start_ms'
  const bucket_time = view_type === 'SPANS' ? 's.start_us / 1000' : 't.start_ms'
  const conditions: Fragment[] = [
    { sql: dialect.inIntegers('t.experiment'), values: [dialect.list(experiments)] },
    ...read.map((filter) => metricFilterSql(filter, keys)),
    ...(start_time_ms === undefined ? [] : [{ sql: `${time} >= ?`, values: [start_time_ms] }]),
    ...(end_time_ms === undefined ? [] : [{ sql: `${time} <= ?`, values: [end_time_ms] }]),
    ...dimensions.map((name) => ({ sql: `${dimensionSql(db, name)} is not null`, values: [] })),
  ]
  const columns = [
    ...(bucket_ms > 0 ? [`(${bucket_time}) / ${bucket_ms} * ${bucket_ms} as bucket`] : []),
    ...dimensions.map((name, at) => `${dimensionSql(db, name)} as d${at}`),
    `${metric.value(dialect)} as v`,
  ]
  const where = allOf(conditions)
  const join = metric.metadata === undefined ? '' : 'join trace_metadata x on x.trace = t.id and x.key = ?'
  const joined = metric.metadata === undefined ? [] : [keys.get(metric.metadata) ?? -1]
  return {
    sql: `select ${columns.join(', ')} from ${FROM[view_type]} ${join} where ${where.sql}`,
    values: [...joined, ...where.values],
  }
}

const dimensionSql = (db: Reader, name: string): string => (DIMENSIONS[name] as (dialect: Reader['dialect']) => string)(db.dialect)

/** Percentiles need to know which value is the how many'th of its group. */
function ranked(inner: string, groups: readonly string[], aggregations: readonly MetricAggregation[]): string {
  if (!aggregations.some((one) => one.aggregation_type === 'PERCENTILE')) return inner
  const partition = groups.length === 0 ? '' : `partition by ${groups.join(', ')}`
  return `select i.*, row_number() over (${partition} order by v) - 1 as place, count(*) over (${partition}) as of_all
    from (${inner}) i where v is not null`
}

/** An aggregation as columns of the answer; a percentile is between two values. */
function aggregate({ distinct }: Metric, { aggregation_type, percentile_value = 0 }: MetricAggregation, at: number): string[] {
  if (aggregation_type === 'COUNT') return [`count(${distinct ? 'distinct ' : ''}v) as a${at}`]
  if (aggregation_type !== 'PERCENTILE') return [`${aggregation_type.toLowerCase()}(cast(v as double precision)) as a${at}`]
  const exact = `(of_all - 1) * ${(percentile_value / 100).toFixed(12)}`
  const value = 'cast(v as double precision)'
  return [
    `max(case when place <= ${exact} and place > ${exact} - 1 then ${value} end) as a${at}`,
    `max(case when place >= ${exact} and place < ${exact} + 1 then ${value} end) as b${at}`,
  ]
}

function dataPoint(row: Record<string, Value>, request: MetricsRequest, has_bucket: boolean): DataPoint[] {
  const { metric_name, aggregations, dimensions } = request
  if (row.n === 0) return []
  const time = has_bucket ? { time_bucket: new Date(row.bucket as number).toISOString().replace('.000Z', '+00:00') } : {}
  const named = Object.fromEntries(dimensions.map((name, at) => [name, String(row[`d${at}`])]))
  const values = aggregations.map((one, at): [string, number] => [labelOf(one), numberOf(one, row, at)])
  return [{ metric_name, dimensions: { ...time, ...named }, values: Object.fromEntries(values) }]
}

function numberOf({ aggregation_type, percentile_value = 0 }: MetricAggregation, row: Record<string, Value>, at: number): number {
  const low = row[`a${at}`] as number
  if (aggregation_type !== 'PERCENTILE') return low
  const exact = ((row.n as number) - 1) * (percentile_value / 100)
  return low + ((row[`b${at}`] as number) - low) * (exact - Math.floor(exact))
}

/** Percentiles are called as Python writes their number: P50.0. */
const labelOf = ({ aggregation_type, percentile_value = 0 }: MetricAggregation): string =>
  aggregation_type === 'PERCENTILE'
    ? `P${Number.isInteger(percentile_value) ? percentile_value.toFixed(1) : percentile_value}`
    : aggregation_type
