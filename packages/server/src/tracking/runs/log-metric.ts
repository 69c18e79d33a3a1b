import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { recordModelMetrics } from '../logged-models/index.ts'
import { metricFields } from '../metrics/metric.ts'
import { insertMetrics } from '../metrics/metric-store.ts'
import { RunId } from './run.ts'
import { activeRun } from './run-store.ts'
import { writtenBy } from './written-by.ts'

/** Adds one point of a metric. The same point again is the same point. */
export const logMetric = write({
  route: 'POST /api/2.0/mlflow/runs/log-metric',
  summary: 'Log one value of a metric',
  access: { permission: 'edit', on: (input) => writtenBy(input.run_id, [input]) },
  input: object({ run_id: RunId, ...metricFields }),
  output: object({}),
  async handler(tx, point) {
    const run = await activeRun(tx, point.run_id)
    await insertMetrics(tx, run.id, [point])
    if (point.model_id) await recordModelMetrics(tx, run, [point])
    return {}
  },
})
