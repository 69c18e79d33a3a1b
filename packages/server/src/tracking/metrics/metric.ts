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

const text = string()
const number = double()

// A history is points of one key by the ten thousand: its name is made JSON once.
let lastKey = ''
let lastKeyAsJson = '""'
function keyAsJson(key: string): string {
  if (key !== lastKey) {
    lastKeyAsJson = text.encode(key)
    lastKey = key
  }
  return lastKeyAsJson
}

// Written out, since answers hold more of these than of all else: `object` looks at each field by its name.
const fieldsAsJson = ({ key, value, timestamp, step }: { key: string; value: number; timestamp: number; step: number }): string =>
  `{"key":${keyAsJson(key)},"value":${number.encode(value)},"timestamp":${timestamp},"step":${step}`

const point = object({ key: text, value: number, timestamp: int64(), step: int64() })
/** A point on the wire. */
export const Metric: typeof point = { ...point, encode: (metric) => `${fieldsAsJson(metric)}}` }
export type Metric = Static<typeof Metric>

const pointOfRun = object({ key: text, value: number, timestamp: int64(), step: int64(), run_id: text })
/** A point with its run, where one answer holds points of several. */
export const MetricWithRunId: typeof pointOfRun = {
  ...pointOfRun,
  encode: (metric) => `${fieldsAsJson(metric)},"run_id":${text.encode(metric.run_id)}}`,
}
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
