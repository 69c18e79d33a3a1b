import { write } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'
import { AssessmentId } from './assessment.ts'
import { dropAssessment } from './assessment-store.ts'
import { TraceId } from './trace.ts'
import { heldTrace } from './trace-store.ts'

export const deleteAssessment = write({
  route: 'DELETE /api/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}',
  summary: 'Delete an assessment; what it had overridden is valid again',
  access: { permission: 'edit', on: ({ trace_id }) => ({ trace: trace_id }) },
  input: object({ trace_id: TraceId, assessment_id: AssessmentId }),
  output: object({}),
  async handler(tx, { trace_id, assessment_id }) {
    await dropAssessment(tx, await heldTrace(tx, trace_id), assessment_id)
    return {}
  },
})
