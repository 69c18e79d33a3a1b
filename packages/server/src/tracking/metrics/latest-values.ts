import { query, type Reader } from '../../db/handles.ts'

type Row = { name: string; value: number; nan: number }

const OF_RUN = query<Row>(
  (dialect) => `select k.name, l.value, l.nan from run r join latest_metric l on l.run = r.id join entity_key k on k.id = l.key
    where r.run_id = ? and ${dialect.inTexts('k.name')}`,
)
const OF_MODEL = query<Row>(
  (dialect) => `select k.name, l.value, l.nan from logged_model g join logged_model_metric l on l.model = g.id
    join entity_key k on k.id = l.key where g.model_id = ? and ${dialect.inTexts('k.name')} order by l.step, l.ts`,
)

/** The latest values of these metrics, of a run and, where that has none, of a logged model. What nobody logged is not in the answer. */
export async function latestValues(
  db: Reader,
  { run_id, model_id }: { readonly run_id: string | null; readonly model_id: string | null },
  names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const list = db.dialect.list(names)
  const rows = [
    ...(model_id === null ? [] : await db.all(OF_MODEL, model_id, list)),
    ...(run_id === null ? [] : await db.all(OF_RUN, run_id, list)),
  ]
  return new Map(rows.map(({ name, value, nan }) => [name, nan === 1 ? Number.NaN : value]))
}
