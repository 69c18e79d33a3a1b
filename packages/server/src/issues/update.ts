import { write } from '../http/endpoint.ts'
import { object, optional, string } from '../http/schema.ts'
import { Issue, IssueId, IssueSeverity, IssueStatus } from './issue.ts'
import { changeIssue, issueRow, issueToWire } from './issue-store.ts'

export const updateIssue = write({
  route: 'PATCH /api/3.0/mlflow/issues/{issue_id}',
  summary: 'Change the state, the severity or the texts of an issue; what is left out or empty stays',
  access: { permission: 'edit', on: ({ issue_id }) => ({ issue: issue_id }) },
  input: object({
    issue_id: IssueId,
    name: optional(string({ max: 250 })),
    description: optional(string({ max: 65_536 })),
    status: optional(IssueStatus),
    severity: optional(IssueSeverity),
  }),
  output: object({ issue: Issue }),
  handler: async (tx, { issue_id, ...changes }, { now_ms }) => ({
    issue: issueToWire(await changeIssue(tx, await issueRow(tx, issue_id), changes, now_ms)),
  }),
})
