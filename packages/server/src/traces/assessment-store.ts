import { randomUUID } from 'node:crypto'
import { bulk, command, query, type Reader, type Value, type Writer } from '../db/handles.ts'
import { invalid, missing } from '../http/errors.ts'
import type { Assessment } from './assessment.ts'
import type { TraceRow } from './trace-store.ts'

const FEEDBACK = 0
const EXPECTATION = 1
const ISSUE = 2

type Row = {
  assessment_id: string
  trace: number
  name: string
  kind: number
  value: string | null
  error: string | null
  source_type: Assessment['source']['source_type']
  source_id: string
  span_id: string | null
  rationale: string | null
  metadata: string | null
  overrides: string | null
  valid: number
  created_ms: number
  updated_ms: number
}

const COLUMNS =
  'assessment_id, trace, name, kind, value, error, source_type, source_id, span_id, rationale, metadata, overrides, valid, ' +
  'created_ms, updated_ms'

const OF_TRACES = query<Row>((dialect) => `select ${COLUMNS} from assessment where ${dialect.inIntegers('trace')} order by trace, id`)
const BY_ID = query<Row>(`select ${COLUMNS} from assessment where trace = ? and assessment_id = ?`)
const INSERT = bulk(`insert into assessment (${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, 'titittttttttiii')
const UPDATE = command(
  `update assessment set name = ?, value = ?, error = ?, rationale = ?, metadata = ?, valid = ?, updated_ms = ?
   where trace = ? and assessment_id = ?`,
)
const SET_VALID = command('update assessment set valid = ? where trace = ? and assessment_id = ?')
const DELETE = command('delete from assessment where trace = ? and assessment_id = ?')

/** The assessments of traces, oldest first, by the traces' inner ids. */
export async function assessmentsOf(db: Reader, traces: readonly TraceRow[]): Promise<Map<number, Assessment[]>> {
  const names = new Map(traces.map(({ id, trace_id }) => [id, trace_id]))
  const rows = await db.all(OF_TRACES, db.dialect.list([...names.keys()]))
  const out = new Map<number, Assessment[]>()
  for (const row of rows) {
    const list = out.get(row.trace)
    const one = toWire(row, names.get(row.trace) as string)
    if (list) list.push(one)
    else out.set(row.trace, [one])
  }
  return out
}

/** One assessment. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function assessmentById(db: Reader, trace: TraceRow, assessment_id: string): Promise<Assessment> {
  const row = await db.get(BY_ID, trace.id, assessment_id)
  if (!row) throw noSuchAssessment(assessment_id, trace.trace_id)
  return toWire(row, trace.trace_id)
}

/**
 * Adds assessments. One that overrides another makes that one invalid.
 * @throws ApiError RESOURCE_DOES_NOT_EXIST when it overrides one that is not there, INVALID_PARAMETER_VALUE when it says nothing
 */
export async function addAssessments(tx: Writer, trace: TraceRow, list: readonly Assessment[], now_ms: number): Promise<Assessment[]> {
  const added = list.map((one): Assessment => {
    requireOneValue(one)
    const assessment_id = `a-${randomUUID().replaceAll('-', '')}`
    const created = one.create_time ?? now_ms
    return {
      ...one,
      assessment_id,
      trace_id: trace.trace_id,
      valid: one.valid ?? true,
      create_time: created,
      last_update_time: one.last_update_time ?? created,
      ...(one.feedback && { feedback: { value: one.feedback.value ?? null, error: one.feedback.error ?? one.error } }),
    }
  })
  for (const { overrides } of added) {
    if (!overrides) continue
    const found = await tx.run(SET_VALID, 0, trace.id, overrides)
    if (found === 0) throw noSuchAssessment(overrides, trace.trace_id)
  }
  await tx.runMany(
    INSERT,
    added.map((one) => toRow(one, trace.id)),
  )
  return added
}

function requireOneValue({ feedback, expectation, issue, error }: Assessment): void {
  if ([feedback, expectation, issue].filter((one) => one !== undefined).length !== 1) {
    throw invalid('An assessment needs exactly one of feedback, expectation and issue: say which it is.')
  }
  if (error && !feedback) throw invalid('Only feedback can have an error: leave it out of an expectation or an issue.')
}

/** Stores an assessment's changed values. @throws ApiError INVALID_PARAMETER_VALUE when it became of the other kind */
export async function saveAssessment(tx: Writer, trace: TraceRow, before: Assessment, after: Assessment): Promise<void> {
  if (before.feedback && after.expectation) throw invalid('Cannot update expectation value on a Feedback assessment: send its feedback.')
  if (before.expectation && after.feedback) {
    throw invalid('Cannot update feedback value on an Expectation assessment: send its expectation.')
  }
  if (before.issue ? after.feedback || after.expectation : after.issue) {
    throw invalid('An assessment stays what it is: an issue becomes no feedback or expectation, and those become no issue.')
  }
  const [, , name, , value, error, , , , rationale, metadata, , valid, , updated_ms] = toRow(after, trace.id) as [...Value[]]
  const values = [name, value, error, rationale, metadata, valid, updated_ms].map((one) => one ?? null)
  await tx.run(UPDATE, ...values, trace.id, before.assessment_id as string)
}

/** Removes an assessment; what it had overridden is valid again. One that is not there is no error, as in MLflow. */
export async function dropAssessment(tx: Writer, trace: TraceRow, assessment_id: string): Promise<void> {
  const row = await tx.get(BY_ID, trace.id, assessment_id)
  if (!row) return
  if (row.overrides !== null) await tx.run(SET_VALID, 1, trace.id, row.overrides)
  await tx.run(DELETE, trace.id, assessment_id)
}

const noSuchAssessment = (assessment_id: string, trace_id: string): Error =>
  missing(`Assessment with ID '${assessment_id}' not found for trace '${trace_id}': the trace's info lists those that there are.`)

const jsonOrNull = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))

function toRow(one: Assessment, trace: number): Value[] {
  return [
    one.assessment_id as string,
    trace,
    one.assessment_name,
    one.issue ? ISSUE : one.expectation ? EXPECTATION : FEEDBACK,
    jsonOrNull(one.issue ?? (one.expectation ? one.expectation.value : one.feedback?.value)),
    jsonOrNull(one.feedback?.error),
    one.source.source_type,
    one.source.source_id,
    one.span_id ?? null,
    one.rationale ?? null,
    jsonOrNull(one.metadata),
    one.overrides ?? null,
    one.valid === false ? 0 : 1,
    one.create_time as number,
    one.last_update_time as number,
  ]
}

function valueOnWire(kind: number, value: unknown, error: Assessment['error']): Pick<Assessment, 'issue' | 'expectation' | 'feedback'> {
  if (kind === ISSUE) return { issue: value as NonNullable<Assessment['issue']> }
  return kind === EXPECTATION ? { expectation: { value } } : { feedback: { value, error } }
}

function toWire(row: Row, trace_id: string): Assessment {
  const value: unknown = row.value === null ? undefined : JSON.parse(row.value)
  const error = row.error === null ? undefined : (JSON.parse(row.error) as NonNullable<Assessment['error']>)
  return {
    assessment_id: row.assessment_id,
    assessment_name: row.name,
    trace_id,
    span_id: row.span_id ?? undefined,
    source: { source_type: row.source_type, source_id: row.source_id },
    create_time: row.created_ms,
    last_update_time: row.updated_ms,
    ...valueOnWire(row.kind, value, error),
    rationale: row.rationale ?? undefined,
    metadata: row.metadata === null ? undefined : (JSON.parse(row.metadata) as Record<string, string>),
    overrides: row.overrides ?? undefined,
    valid: row.valid === 1,
  }
}
