import { write } from '../http/endpoint.ts'
import { object, optional, string, withDefault } from '../http/schema.ts'
import { activeExperiment } from '../tracking/experiments/index.ts'
import { Issue, IssueList, IssueName, IssueSeverity, IssueStatus, IssueText } from './issue.ts'
import { insertIssue, issueToWire } from './issue-store.ts'

/** Where users sign in, who made an issue is who asked; else it is who the request says. */
export const createIssue = write({
  route: 'POST /api/3.0/mlflow/issues',
  summary: 'Create an issue: a problem that was found in the traces of an experiment',
  access: {
    permission: 'edit',
    on: ({ experiment_id }) => ({ experiment: experiment_id }),
    reads: ({ source_run_id }) => (source_run_id ? [{ run: source_run_id }] : []),
  },
  input: object({
    experiment_id: string({ min: 1, max: 64 }),
    name: IssueName,
    description: IssueText,
    status: withDefault(IssueStatus, 'pending'),
    severity: optional(IssueSeverity),
    root_causes: withDefault(IssueList, []),
    source_run_id: optional(string({ max: 64 })),
    created_by: optional(string({ max: 255 })),
    categories: withDefault(IssueList, []),
  }),
  output: object({ issue: Issue }),
  async handler(tx, { experiment_id, created_by, ...said }, { now_ms, user }) {
    const { id } = await activeExperiment(tx, experiment_id)
    return { issue: issueToWire(await insertIssue(tx, { ...said, experiment: id, created_by: user || created_by }, now_ms)) }
  },
})
