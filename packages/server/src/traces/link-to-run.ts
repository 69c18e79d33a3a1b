import { write } from '../http/endpoint.ts'
import { array, object, string, withDefault } from '../http/schema.ts'
import { findRun } from '../tracking/runs/index.ts'
import { TraceId } from './trace.ts'
import { linkToRun, traceRows } from './trace-store.ts'

const TRACES_MAX = 100

export const linkTracesToRun = write({
  route: 'POST /api/2.0/mlflow/traces/link-to-run',
  also: ['POST /api/3.0/mlflow/traces/link-to-run'],
  summary: 'Link traces to a run; traces that are not there are left out',
  access: { permission: 'edit', on: ({ trace_ids, run_id }) => [{ run: run_id }, ...trace_ids.map((trace) => ({ trace }))] },
  input: object({ trace_ids: withDefault(array(TraceId, { max: TRACES_MAX }), []), run_id: string({ min: 1, max: 64 }) }),
  output: object({}),
  async handler(tx, { trace_ids, run_id }) {
    const run = await findRun(tx, run_id)
    const traces = await traceRows(tx, trace_ids)
    await linkToRun(
      tx,
      run.id,
      traces.map(({ id }) => id),
    )
    return {}
  },
})
