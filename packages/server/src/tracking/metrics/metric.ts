import { double, Invalid, int64, object, optional, type Schema, type Static, string, withDefault } from '../../http/schema.ts'
import { entityName } from '../entity-names.ts'

/** What is sent of a metric's point. The last three say that it was measured of a logged model, and on which dataset. */
export const metricFields = {
  key: entityName,
  value: double({ description: 'NaN and the infinities as the strings "NaN", "Infinity" and "-Infinity"' }),
  timestamp: int64({ min: 0, description: 'Milliseconds since 1970' }),
  step: withDefault(int64(), 0),
  model_id: optional(string({ max: 256 })),
  dataset_name: optional(string({ max: 500 })),
  dataset_digest: optional(string({ max: 36 })),
}

export const MetricPoint = object(metricFields)
export type MetricPoint = Static<typeof MetricPoint>

/** A point on the wire, with its run where one answer holds points of several. */
export const Metric = object({ key: string(), value: double(), timestamp: int64(), step: int64() })
export type Metric = Static<typeof Metric>
export const MetricWithRunId = object({ key: string(), value: double(), timestamp: int64(), step: int64(), run_id: string() })
export type MetricWithRunId = Static<typeof MetricWithRunId>

const anyKey = string({ description: 'The name of the metric' })
/** The metric that is asked for. An empty name is none, as in MLflow: its page sends one while nothing is chosen. */
export const metricKey: Schema<string> = {
  ...anyKey,
  decode(raw) {
    const key = anyKey.decode(raw)
    if (key === '') throw new Invalid('it is required.')
    return key
  },
}
