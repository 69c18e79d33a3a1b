import { json, record } from '../http/free-form.ts'
import { boolean, enumOf, Invalid, object, optional, type Schema, type Static, string, withDefault } from '../http/schema.ts'
import { timestamp } from './times.ts'

const TEXT_MAX = 65_536
const JSON_FORMAT = 'JSON_FORMAT'

const AssessmentError = object({
  error_code: optional(string({ max: 1_000 })),
  error_message: optional(string({ max: TEXT_MAX })),
  stack_trace: optional(string({ max: 2 ** 20 })),
})
const Source = object({
  source_type: enumOf(['SOURCE_TYPE_UNSPECIFIED', 'HUMAN', 'LLM_JUDGE', 'CODE', 'AI_JUDGE']),
  source_id: withDefault(string({ max: 1_000 }), ''),
})

/** What somebody found: a judgement of what the trace did. */
const Feedback = object({ value: optional(json()), error: optional(AssessmentError) })

const RawExpectation = object({
  value: optional(json()),
  serialized_value: optional(object({ serialization_format: string({ max: 100 }), value: string({ max: 2 ** 20 }) })),
})

/** What should have come out. Objects and arrays travel as JSON text beside their format's name, as MLflow's clients do it. */
const Expectation: Schema<{ value: unknown }> = {
  json: RawExpectation.json,
  decode(raw) {
    const { value, serialized_value } = RawExpectation.decode(raw)
    if (!serialized_value) return { value: value ?? null }
    if (serialized_value.serialization_format !== JSON_FORMAT)
      throw new Invalid(`its serialization_format must be ${JSON_FORMAT}.`, serialized_value.serialization_format)
    return { value: json().decode(parsed(serialized_value.value)) }
  },
  encode({ value }) {
    if (typeof value !== 'object' || value === null) return RawExpectation.encode({ value })
    return RawExpectation.encode({ serialized_value: { serialization_format: JSON_FORMAT, value: JSON.stringify(value) } })
  },
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Invalid('its serialized value must be JSON.', text)
  }
}

/** That a trace shows a known problem, whose id is the assessment's name. */
const Issue = object({ issue_name: string({ min: 1, max: 1_000 }) })

const FIELDS = {
  assessment_id: optional(string({ max: 64 })),
  assessment_name: string({ min: 1, max: 250 }),
  trace_id: optional(string({ max: 128 })),
  span_id: optional(string({ max: 64 })),
  create_time: optional(timestamp),
  last_update_time: optional(timestamp),
  feedback: optional(Feedback),
  expectation: optional(Expectation),
  issue: optional(Issue),
  rationale: optional(string({ max: TEXT_MAX })),
  error: optional(AssessmentError),
  metadata: optional(record(string({ max: TEXT_MAX }), { max: 1_000 })),
  overrides: optional(string({ max: 64 })),
  valid: optional(boolean()),
} as const

/** What a person, a judge or a program says of a trace: feedback, an expectation, or a reference to an issue. */
export const Assessment = object({ ...FIELDS, source: Source })
export type Assessment = Static<typeof Assessment>

/** An assessment's new values: which of them count says the request's mask. */
export const AssessmentChanges = object({ ...FIELDS, assessment_name: optional(FIELDS.assessment_name) })
export type AssessmentChanges = Static<typeof AssessmentChanges>

export const AssessmentId = string({ min: 1, max: 64 })
