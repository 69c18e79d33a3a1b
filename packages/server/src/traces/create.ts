import { write } from '../http/endpoint.ts'
import { invalid } from '../http/errors.ts'
import { object } from '../http/schema.ts'
import { startTrace } from './start-trace.ts'
import { FINALIZED_METADATA, TRACE_BODY_MAX_BYTES, TraceInfo } from './trace.ts'

const experimentOf = (info: TraceInfo): string => {
  const { mlflow_experiment } = info.trace_location
  if (mlflow_experiment) return mlflow_experiment.experiment_id
  throw invalid('The trace_location must name an mlflow_experiment: traces are kept in experiments.')
}

export const createTrace = write({
  route: 'POST /api/3.0/mlflow/traces',
  summary: 'Log what a trace is, once it is known as a whole; its spans come apart',
  access: { permission: 'edit', on: ({ trace }) => ({ experiment: experimentOf(trace.trace_info) }) },
  input: object({ trace: object({ trace_info: TraceInfo }) }),
  output: object({ trace: object({ trace_info: TraceInfo }) }),
  body_max_bytes: TRACE_BODY_MAX_BYTES,
  async handler(tx, { trace: { trace_info } }, context) {
    // As MLflow's server does, which its tools read: what spans say of the trace as a whole counts no more.
    const whole = { ...trace_info, trace_metadata: { ...trace_info.trace_metadata, [FINALIZED_METADATA]: 'true' } }
    return { trace: { trace_info: await startTrace(tx, experimentOf(trace_info), whole, context) } }
  },
})
