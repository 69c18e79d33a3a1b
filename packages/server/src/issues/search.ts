import { shownSql } from '../access/visible.ts'
import type { Dialect } from '../db/dialect.ts'
import { read } from '../http/endpoint.ts'
import { array, boolean, int64, object, optional, string, withDefault } from '../http/schema.ts'
import { experimentKey } from '../tracking/experiments/index.ts'
import {
  type Clause,
  FILTER_MAX,
  type Fragment,
  language,
  NEVER,
  pageOf,
  parseFilter,
  selectFrom,
  type Term,
  testSql,
  testText,
} from '../tracking/search/index.ts'
import { Issue, STATUSES } from './issue.ts'
import { ISSUE_COLUMNS, type IssueRow, issueToWire } from './issue-store.ts'

const RESULTS_DEFAULT = 100
const RESULTS_MAX = 1_000

const LANGUAGE = language({
  attributes: [
    { name: 'status', kind: 'text', operators: ['=', '!='] },
    { name: 'source_run_id', kind: 'text', operators: ['=', '!='] },
  ],
  keyed: {},
})

const TRACES = '(select count(distinct a.trace) from assessment a where a.kind = 2 and a.name = i.issue_id)'
/** The gravest first, those of unknown severity last; then the newest. */
const TERMS: readonly Term[] = [
  { sql: 'coalesce(i.severity, -1)', direction: 'desc', required: true },
  { sql: 'i.created_ms', direction: 'desc', required: true },
  { sql: 'i.issue_id', direction: 'desc', required: true },
]

export const searchIssues = read({
  route: 'POST /api/3.0/mlflow/issues/search',
  summary: 'Search issues, the gravest and newest first',
  access: { filtered: 'experiments' },
  input: object({
    experiment_id: optional(string({ max: 64 })),
    filter_string: withDefault(string({ max: FILTER_MAX }), ''),
    max_results: withDefault(int64({ min: 1, max: RESULTS_MAX }), RESULTS_DEFAULT),
    page_token: optional(string({ max: 8192 })),
    include_trace_count: withDefault(boolean(), false),
  }),
  output: object({ issues: array(Issue), next_page_token: optional(string()) }),
  heavy: import.meta.url,
  async handler(db, { experiment_id, filter_string, max_results, page_token, include_trace_count }, { visible }) {
    const clauses = parseFilter(filter_string, LANGUAGE)
    const where = [
      shownSql(visible, 'i.experiment', db.dialect),
      ...(experiment_id ? [{ sql: 'i.experiment = ?', values: [experimentKey(experiment_id) ?? -1] }] : []),
      ...clauses.map((clause) => clauseSql(db.dialect, clause)),
    ]
    const counted = { sql: TRACES, direction: 'desc', required: true } as const
    const terms = include_trace_count ? TERMS.toSpliced(1, 0, counted) : TERMS
    const columns = include_trace_count ? `${ISSUE_COLUMNS}, ${TRACES} as traces` : ISSUE_COLUMNS
    const purpose = JSON.stringify(['issues/search 1', experiment_id, filter_string, include_trace_count])
    const wanted = { purpose, page_token, count: max_results }
    const { rows, ...next } = await pageOf(db, wanted, (cursor, limit) =>
      selectFrom<IssueRow & { traces?: number }>(db, { columns, from: 'issue i', where, terms }, cursor, limit),
    )
    return { issues: rows.map(({ traces, ...row }) => issueToWire(row, traces)), ...next }
  },
})

function clauseSql(dialect: Dialect, { name, test }: Clause): Fragment {
  if (test.kind !== 'text') throw new Error('issues are compared with texts')
  if (name === 'source_run_id') return testSql(dialect, 'i.source_run', test)
  const statuses = STATUSES.flatMap((status, at) => (testText(status, test) ? [at] : []))
  return statuses.length === 0 ? NEVER : { sql: `i.status in (${statuses.join(', ')})`, values: [] }
}
