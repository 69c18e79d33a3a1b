import { randomUUID } from 'node:crypto'
import { command, query, type Reader, type Writer } from '../db/handles.ts'
import { missing } from '../http/errors.ts'
import { type Issue, SEVERITIES, STATUSES } from './issue.ts'

/** An issue's row. `experiment` is the small integer inside; lists are JSON. */
export type IssueRow = {
  readonly issue_id: string
  readonly experiment: number
  readonly name: string
  readonly description: string
  readonly status: number
  readonly severity: number | null
  readonly root_causes: string
  readonly categories: string
  readonly source_run: string | null
  readonly created_by: string | null
  readonly created_ms: number
  readonly updated_ms: number
}

export const ISSUE_COLUMNS =
  'i.issue_id, i.experiment, i.name, i.description, i.status, i.severity, i.root_causes, i.categories, i.source_run, i.created_by, ' +
  'i.created_ms, i.updated_ms'

const BY_ID = query<IssueRow>(`select ${ISSUE_COLUMNS} from issue i where i.issue_id = ?`)
const INSERT = command(
  `insert into issue (issue_id, experiment, name, description, status, severity, root_causes, categories, source_run, created_by,
     created_ms, updated_ms)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
)
const UPDATE = command('update issue set name = ?, description = ?, status = ?, severity = ?, updated_ms = ? where issue_id = ?')

/** An issue's row. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function issueRow(db: Reader, issue_id: string): Promise<IssueRow> {
  const row = await db.get(BY_ID, issue_id)
  if (!row) throw missing(`Issue with ID '${issue_id}' not found.`)
  return row
}

/** What a new issue is. */
export type NewIssue = Pick<Issue, 'name' | 'description' | 'status'> &
  Partial<Pick<Issue, 'severity' | 'root_causes' | 'categories' | 'source_run_id' | 'created_by'>> & { readonly experiment: number }

export async function insertIssue(tx: Writer, issue: NewIssue, now_ms: number): Promise<IssueRow> {
  const row: IssueRow = {
    issue_id: `iss-${randomUUID().replaceAll('-', '')}`,
    experiment: issue.experiment,
    name: issue.name,
    description: issue.description,
    status: STATUSES.indexOf(issue.status),
    severity: issue.severity === undefined ? null : SEVERITIES.indexOf(issue.severity),
    root_causes: JSON.stringify(issue.root_causes ?? []),
    categories: JSON.stringify(issue.categories ?? []),
    source_run: issue.source_run_id || null,
    created_by: issue.created_by || null,
    created_ms: now_ms,
    updated_ms: now_ms,
  }
  const { issue_id, experiment, name, description, status, severity, root_causes, categories, source_run, created_by } = row
  const about = [name, description, status, severity, root_causes, categories, source_run, created_by] as const
  await tx.run(INSERT, issue_id, experiment, ...about, now_ms, now_ms)
  return row
}

type Changed = 'name' | 'description' | 'status' | 'severity'
export type IssueChanges = { readonly [Field in Changed]?: Issue[Field] | undefined }

/** Changes what is given; the rest stays. */
export async function changeIssue(
  tx: Writer,
  before: IssueRow,
  { name, description, status, severity }: IssueChanges,
  now_ms: number,
): Promise<IssueRow> {
  const after: IssueRow = {
    ...before,
    name: name || before.name,
    description: description || before.description,
    status: status === undefined ? before.status : STATUSES.indexOf(status),
    severity: severity === undefined ? before.severity : SEVERITIES.indexOf(severity),
    updated_ms: now_ms,
  }
  await tx.run(UPDATE, after.name, after.description, after.status, after.severity, now_ms, after.issue_id)
  return after
}

/** An issue on the wire. */
export function issueToWire(row: IssueRow, trace_count?: number): Issue {
  const listOf = (json: string): string[] | undefined => (json === '[]' ? undefined : JSON.parse(json))
  return {
    issue_id: row.issue_id,
    experiment_id: String(row.experiment),
    name: row.name,
    description: row.description,
    status: STATUSES[row.status] as Issue['status'],
    severity: row.severity === null ? undefined : SEVERITIES[row.severity],
    root_causes: listOf(row.root_causes),
    source_run_id: row.source_run ?? undefined,
    created_timestamp: row.created_ms,
    last_updated_timestamp: row.updated_ms,
    created_by: row.created_by ?? undefined,
    categories: listOf(row.categories),
    trace_count,
  }
}
