import { read } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'
import { Assessment, AssessmentId } from './assessment.ts'
import { assessmentById } from './assessment-store.ts'
import { TraceId } from './trace.ts'
import { traceRow } from './trace-store.ts'

export const getAssessment = read({
  route: 'GET /api/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}',
  summary: 'Get one assessment of a trace',
  access: { permission: 'read', on: ({ trace_id }) => ({ trace: trace_id }) },
  input: object({ trace_id: TraceId, assessment_id: AssessmentId }),
  output: object({ assessment: Assessment }),
  handler: async (db, { trace_id, assessment_id }) => ({
    assessment: await assessmentById(db, await traceRow(db, trace_id), assessment_id),
  }),
})
