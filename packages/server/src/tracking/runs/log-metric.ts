import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { metricFields } from '../metrics/metric.ts'
import { insertMetrics } from '../metrics/metric-store.ts'
import { RunId } from './run.ts'
import { activeRun } from './run-store.ts'

/** Adds one point of a metric. The same point again is the same point. */
export const logMetric = write({
  route: 'POST /api/2.0/mlflow/runs/log-metric',
  summary: 'Log one value of a metric',
  access: { permission: 'edit', on: ({ run_id }) => ({ run: run_id }) },
  input: object({ run_id: RunId, ...metricFields }),
  output: object({}),
  async handler(tx, { run_id, ...point }) {
    const run = await activeRun(tx, run_id)
    await insertMetrics(tx, run.id, [point])
    return {}
  },
})
