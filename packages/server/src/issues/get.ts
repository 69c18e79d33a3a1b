import { read } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'
import { Issue, IssueId } from './issue.ts'
import { issueRow, issueToWire } from './issue-store.ts'

export const getIssue = read({
  route: 'GET /api/3.0/mlflow/issues/{issue_id}',
  summary: 'Get an issue',
  access: { permission: 'read', on: ({ issue_id }) => ({ issue: issue_id }) },
  input: object({ issue_id: IssueId }),
  output: object({ issue: Issue }),
  handler: async (db, { issue_id }) => ({ issue: issueToWire(await issueRow(db, issue_id)) }),
})
