import { query } from '../db/handles.ts'
import { read } from '../http/endpoint.ts'
import { openPage, sealPage } from '../http/page-token.ts'
import { array, enumOf, int64, object, optional, string, withDefault } from '../http/schema.ts'

const KINDS = ['experiment', 'run', 'logged_model'] as const
const PURPOSE = 'trash/list 1'

type Row = {
  readonly kind: (typeof KINDS)[number]
  readonly key: number
  readonly wire_id: string
  readonly name: string
  readonly experiment: number
  readonly experiment_name: string
  readonly deleted_ms: number
}
type Cursor = { readonly deleted_ms: number; readonly kind: string; readonly key: number }

// What went with its experiment comes back with it, and is not listed beside it. What is being removed for good can't be restored.
const OWN = (table: string, wire_id: string): string =>
  `from ${table} x join experiment e on e.id = x.experiment
   where e.workspace = ? and x.deleted_ms is not null and e.deleted_ms is null and x.${wire_id} not like 'purging:%'`
const TRASH = `
  select 'experiment' as kind, id as key, '' as wire_id, name, id as experiment, name as experiment_name, deleted_ms
    from experiment where workspace = ? and deleted_ms is not null
  union all
  select 'run', x.id, x.run_id, x.name, e.id, e.name, x.deleted_ms ${OWN('run', 'run_id')}
  union all
  select 'logged_model', x.id, x.model_id, x.name, e.id, e.name, x.deleted_ms ${OWN('logged_model', 'model_id')}`
const PAGE = query<Row>(
  `select * from (${TRASH}) t where (deleted_ms, kind, key) < (?, cast(? as text), ?)
   order by deleted_ms desc, kind desc, key desc limit ?`,
)
const COUNT = query<{ kind: string; n: number }>(`select kind, count(*) n from (${TRASH}) t group by kind`)
const RUNS_WITH = query<{ experiment: number; n: number }>(
  (dialect) => `select experiment, count(*) n from run where ${dialect.inIntegers('experiment')} group by experiment`,
)
const START: Cursor = { deleted_ms: Number.MAX_SAFE_INTEGER, kind: '', key: 0 }

export const listTrash = read({
  route: 'GET /api/2.0/millrace/trash/list',
  summary: 'List what was deleted and can be restored, the last deleted first',
  access: { permission: 'manage', on: () => ({ server: 'settings' }) },
  heavy: import.meta.url,
  input: object({
    max_results: withDefault(int64({ min: 1, max: 1_000 }), 100),
    page_token: withDefault(string({ max: 8_192 }), ''),
  }),
  output: object({
    items: array(
      object({
        kind: enumOf(KINDS),
        id: string(),
        name: string(),
        experiment_id: string(),
        experiment_name: string(),
        deleted_ms: int64({ description: 'Milliseconds since 1970' }),
        runs: optional(int64({ description: 'Of an experiment: how many runs go and come with it' })),
      }),
    ),
    experiments: int64({ description: 'How many there are in all' }),
    runs: int64(),
    logged_models: int64(),
    next_page_token: optional(string()),
  }),
  async handler(db, { max_results, page_token }) {
    const { workspace } = db
    const after = page_token === '' ? START : await openPage<Cursor>(db, PURPOSE, page_token)
    const within = [workspace, workspace, workspace]
    const found = await db.all(PAGE, ...within, after.deleted_ms, after.kind, after.key, max_results + 1)
    const page = found.slice(0, max_results)
    const experiments = page.filter(({ kind }) => kind === 'experiment').map(({ key }) => key)
    const runs = new Map((await db.all(RUNS_WITH, db.dialect.list(experiments))).map(({ experiment, n }) => [experiment, n]))
    const counts = new Map((await db.all(COUNT, ...within)).map(({ kind, n }) => [kind, n]))
    const items = page.map(({ kind, key, wire_id, name, experiment, experiment_name, deleted_ms }) => ({
      kind,
      id: kind === 'experiment' ? String(key) : wire_id,
      name,
      experiment_id: String(experiment),
      experiment_name,
      deleted_ms,
      ...(kind === 'experiment' && { runs: runs.get(key) ?? 0 }),
    }))
    const last = page.at(-1)
    const isMore = found.length > max_results && last !== undefined
    return {
      items,
      experiments: counts.get('experiment') ?? 0,
      runs: counts.get('run') ?? 0,
      logged_models: counts.get('logged_model') ?? 0,
      ...(isMore && {
        next_page_token: await sealPage(db, PURPOSE, { deleted_ms: last.deleted_ms, kind: last.kind, key: last.key } satisfies Cursor),
      }),
    }
  },
})
