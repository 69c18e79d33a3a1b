import { query, type Reader } from '../db/handles.ts'

const TABLES = ['experiment', 'registered_model', 'evaluation_dataset', 'webhook'] as const
const OUTSIDE = query<{ id: number }>(
  `${TABLES.map((table) => `select t.workspace id from ${table} t where t.workspace <> 1`).join(' union all ')} limit 1`,
)

/**
 * A server without workspaces looks at none, so that everything must be in the default one.
 * @throws Error when something isn't
 */
export async function requireNothingOutside(db: Reader): Promise<void> {
  if (!(await db.get(OUTSIDE))) return
  throw new Error(
    'Cannot disable workspaces because something exists outside the default workspace: start the server with --enable-workspaces and ' +
      'delete the other workspaces (mode=SET_DEFAULT keeps what is in them). What went with one is in the trash until `millrace gc`.',
  )
}
