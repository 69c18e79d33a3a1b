import { write } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'
import { Assessment } from './assessment.ts'
import { addAssessments } from './assessment-store.ts'
import { TraceId } from './trace.ts'
import { heldTrace } from './trace-store.ts'

export const createAssessment = write({
  route: 'POST /api/3.0/mlflow/traces/{trace_id}/assessments',
  summary: 'Add feedback or an expectation to a trace',
  access: { permission: 'edit', on: ({ trace_id }) => ({ trace: trace_id }) },
  input: object({ trace_id: TraceId, assessment: Assessment }),
  output: object({ assessment: Assessment }),
  body_max_bytes: 4 * 2 ** 20,
  async handler(tx, { trace_id, assessment }, { now_ms }) {
    const [added] = await addAssessments(tx, await heldTrace(tx, trace_id), [assessment], now_ms)
    return { assessment: added as Assessment }
  },
})
