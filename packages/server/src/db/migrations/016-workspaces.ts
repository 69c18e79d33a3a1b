import type { Dialect } from '../dialect.ts'
import type { Migration } from '../migrate.ts'

/**
 * Workspaces: a name is unique within one, and what has no name follows the experiment or the registered model that it hangs on. Number 1
 * is the default, where everything is that was made without workspaces. An id is never given out again, so that a workspace of the same
 * name, made later, doesn't come into what the one before had. One that was deleted keeps its row, under a name that no caller can say, for
 * the experiments of it that still lie in the trash.
 */
export const workspaces: Migration = {
  id: 16,
  name: 'workspaces',
  statements: (dialect) => {
    const { int, text, id_never_reused } = dialect.types
    return [
      `create table workspace (
        id ${id_never_reused}, name ${text} not null unique, description ${text}, artifact_root ${text},
        trace_location ${text}, trace_retention ${text}, created_ms ${int} not null, deleted_ms ${int}
      )`,
      // At once, since the rows of the other tables refer to it from here on.
      "insert into workspace (id, name, description, created_ms) values (1, 'default', 'What was made without workspaces', 0)",
      ...(dialect.name === 'postgres' ? ["select setval(pg_get_serial_sequence('workspace', 'id'), 1)"] : []),
      ...namedWithin(
        dialect,
        'experiment',
        `id ${id_never_reused}, name ${text} not null, artifact_location ${text} not null,
         created_ms ${int} not null, updated_ms ${int} not null, deleted_ms ${int}`,
        'id, name, artifact_location, created_ms, updated_ms, deleted_ms',
        'create index experiment_by_location on experiment (artifact_location)',
      ),
      ...namedWithin(
        dialect,
        'registered_model',
        `id ${id_never_reused}, name ${text} not null, is_prompt ${int} not null, description ${text}, created_by ${text},
         created_ms ${int} not null, updated_ms ${int} not null, next_version ${int} not null default 1`,
        'id, name, is_prompt, description, created_by, created_ms, updated_ms, next_version',
        'create index registered_model_by_update on registered_model (updated_ms)',
      ),
      ...['webhook', 'evaluation_dataset'].map((table) => `alter table ${table} add column ${columnOf(dialect)}`),
      'create index evaluation_dataset_by_workspace on evaluation_dataset (workspace, created_ms desc, dataset_id desc)',
      'create index webhook_by_workspace on webhook (workspace)',
    ]
  },
}

const columnOf = ({ types }: Dialect): string => `workspace ${types.int} not null default 1 references workspace (id)`

/**
 * Makes the name of a table's rows unique within a workspace, where it was unique in all. SQLite can't take away a `unique` that a column
 * was made with: the table is made anew, with the same ids, while no reference to it is looked at (`Database.reshape`).
 */
function namedWithin(dialect: Dialect, table: string, columns: string, names: string, index: string): string[] {
  const unique = `create unique index ${table}_by_name on ${table} (workspace, name)`
  if (dialect.name === 'postgres') {
    return [`alter table ${table} add column ${columnOf(dialect)}`, `alter table ${table} drop constraint ${table}_name_key`, unique]
  }
  return [
    `create table ${table}_anew (${columns}, ${columnOf(dialect)})`,
    `insert into ${table}_anew (${names}) select ${names} from ${table}`,
    // The highest id that was ever given out, which may be higher than any that is there.
    `delete from sqlite_sequence where name = '${table}_anew'`,
    `insert into sqlite_sequence (name, seq) select '${table}_anew', seq from sqlite_sequence where name = '${table}'`,
    `drop table ${table}`,
    `alter table ${table}_anew rename to ${table}`,
    unique,
    index,
  ]
}
