import { write } from '../../http/endpoint.ts'
import { invalid } from '../../http/errors.ts'
import { array, object, withDefault } from '../../http/schema.ts'
import { recordModelMetrics } from '../logged-models/index.ts'
import { MetricPoint } from '../metrics/metric.ts'
import { insertMetrics } from '../metrics/metric-store.ts'
import { insertParams } from './param-store.ts'
import { paramFields, RunId, tagFields } from './run.ts'
import { activeRun } from './run-store.ts'
import { setTags } from './tag-store.ts'
import { writtenBy } from './written-by.ts'

// MLflow's limits, by which its clients cut their batches.
const METRICS_MAX = 1_000
const PARAMS_MAX = 100
const TAGS_MAX = 100
const TOGETHER_MAX = 1_000

/** Metrics, params and tags of one run in one commit: all of it is kept, or none. */
export const logBatch = write({
  route: 'POST /api/2.0/mlflow/runs/log-batch',
  summary: 'Log metrics, params and tags of a run, all or none',
  access: { permission: 'edit', on: ({ run_id, metrics }) => writtenBy(run_id, metrics) },
  // MLflow takes 1 MB, which 100 params of 6,000 characters of a script beyond ASCII don't fit.
  body_max_bytes: 16 * 2 ** 20,
  input: object({
    run_id: RunId,
    metrics: withDefault(array(MetricPoint, { max: METRICS_MAX }), []),
    params: withDefault(array(object(paramFields), { max: PARAMS_MAX }), []),
    tags: withDefault(array(object(tagFields), { max: TAGS_MAX }), []),
  }),
  output: object({}),
  async handler(tx, { run_id, metrics, params, tags }) {
    const together = metrics.length + params.length + tags.length
    if (together > TOGETHER_MAX) {
      const most = `A batch logging request can contain at most ${TOGETHER_MAX} metrics, params, and tags`
      throw invalid(`${most}, and this one has ${together}: send them in several requests.`)
    }
    const run = await activeRun(tx, run_id)
    await insertParams(tx, run, params)
    await insertMetrics(tx, run.id, metrics)
    await recordModelMetrics(tx, run, metrics)
    await setTags(tx, run, tags)
    return {}
  },
})
