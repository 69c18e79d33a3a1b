import { write } from '../http/endpoint.ts'
import { object, string, withDefault } from '../http/schema.ts'
import { Assessment, AssessmentChanges, AssessmentId } from './assessment.ts'
import { assessmentById, saveAssessment } from './assessment-store.ts'
import { TraceId } from './trace.ts'
import { heldTrace } from './trace-store.ts'

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

export const updateAssessment = write({
  route: 'PATCH /api/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}',
  summary: 'Change an assessment: those of its fields that update_mask names',
  access: { permission: 'edit', on: ({ trace_id }) => ({ trace: trace_id }) },
  input: object({
    trace_id: TraceId,
    assessment_id: AssessmentId,
    assessment: AssessmentChanges,
    update_mask: withDefault(string({ max: 1_000, description: 'Names of fields with commas between them' }), ''),
  }),
  output: object({ assessment: Assessment }),
  body_max_bytes: 4 * 2 ** 20,
  async handler(tx, { trace_id, assessment_id, assessment, update_mask }, { now_ms }) {
    const trace = await heldTrace(tx, trace_id)
    const before = await assessmentById(tx, trace, assessment_id)
    const after = masked(before, assessment, update_mask.split(',').map(snakeCase), now_ms)
    await saveAssessment(tx, trace, before, after)
    return { assessment: after }
  },
})

function masked(before: Assessment, changes: AssessmentChanges, mask: readonly string[], now_ms: number): Assessment {
  const has = (name: string): boolean => mask.includes(name)
  return {
    ...before,
    last_update_time: now_ms,
    ...(has('assessment_name') && changes.assessment_name && { assessment_name: changes.assessment_name }),
    ...(has('feedback') && changes.feedback && { feedback: { value: changes.feedback.value ?? null, error: changes.feedback.error } }),
    ...(has('expectation') && changes.expectation && { expectation: changes.expectation }),
    ...(has('issue') && changes.issue && { issue: changes.issue }),
    ...(has('rationale') && { rationale: changes.rationale ?? before.rationale }),
    ...(has('metadata') && { metadata: { ...before.metadata, ...changes.metadata } }),
    ...(has('valid') && changes.valid !== undefined && { valid: changes.valid }),
  }
}
