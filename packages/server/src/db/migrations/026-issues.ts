import type { Migration } from '../migrate.ts'

/** Problems that were found in traces. Assessments name an issue by its id; how many traces it touches is counted from them. */
export const issues: Migration = {
  id: 26,
  name: 'issues',
  statements: ({ types: { int, text, id } }) => [
    `create table issue (
      id ${id}, issue_id ${text} not null unique, experiment ${int} not null references experiment (id) on delete cascade,
      name ${text} not null, description ${text} not null, status ${int} not null, severity ${int}, root_causes ${text} not null,
      categories ${text} not null, source_run ${text}, created_by ${text}, created_ms ${int} not null, updated_ms ${int} not null
    )`,
    'create index issue_by_experiment on issue (experiment)',
    'create index assessment_of_issue on assessment (name, trace) where kind = 2',
  ],
}
