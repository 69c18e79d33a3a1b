import { query, type Reader } from './handles.ts'

const HAS_MLFLOW = query<{ n: number }>((dialect) =>
  dialect.name === 'sqlite'
    ? "select count(*) n from sqlite_master where type = 'table' and name in ('alembic_version', 'experiments')"
    : "select ((to_regclass('alembic_version') is not null)::int + (to_regclass('experiments') is not null)::int)::bigint n",
)

/** What to say when MLflow has used the database too: its tables have plural names, ours singular ones, and the two live side by side. */
export async function mlflowNotice(db: Reader): Promise<string | undefined> {
  const found = await db.get(HAS_MLFLOW)
  if (found?.n !== 2) return undefined
  return "MLflow's own records in this database are not shown and stay untouched: Millrace keeps its records in tables beside them."
}
