import { array, enumOf, int64, object, optional, type Static, string } from '../http/schema.ts'

/** `status` in table `issue` is the place in this list. */
export const STATUSES = ['pending', 'rejected', 'resolved'] as const
/** `severity` in table `issue` is the place in this list, from the mildest on. */
export const SEVERITIES = ['not_an_issue', 'low', 'medium', 'high'] as const

export const IssueId = string({ min: 1, max: 64 })
export const IssueName = string({ min: 1, max: 250 })
export const IssueText = string({ min: 1, max: 65_536 })
export const IssueStatus = enumOf(STATUSES)
export const IssueSeverity = enumOf(SEVERITIES)
export const IssueList = array(string({ max: 10_000 }), { max: 100 })

/** A problem of quality or operation that was found in traces. */
export const Issue = object({
  issue_id: string(),
  experiment_id: string(),
  name: string(),
  description: string(),
  status: IssueStatus,
  severity: optional(IssueSeverity),
  root_causes: optional(IssueList),
  source_run_id: optional(string()),
  created_timestamp: int64({ description: 'Milliseconds since 1970' }),
  last_updated_timestamp: int64({ description: 'Milliseconds since 1970' }),
  created_by: optional(string()),
  categories: optional(IssueList),
  trace_count: optional(int64({ description: 'How many traces have an assessment that names it; in searches that ask for it' })),
})
export type Issue = Static<typeof Issue>
