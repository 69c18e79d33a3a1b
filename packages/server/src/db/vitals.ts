import { query, type Reader } from './handles.ts'
import { MIGRATIONS } from './migrate.ts'

const BYTES = query<{ bytes: number }>((dialect) =>
  dialect.name === 'sqlite'
    ? 'select p.page_count * s.page_size as bytes from pragma_page_count p, pragma_page_size s'
    : 'select pg_database_size(current_database()) as bytes',
)
const VERSION = query<{ version: string }>((dialect) =>
  dialect.name === 'sqlite' ? 'select sqlite_version() as version' : "select current_setting('server_version') as version",
)
const NAMES = { sqlite: 'SQLite', postgres: 'PostgreSQL' } as const

/** What a database says of itself, for whoever looks after it. */
export type Vitals = { readonly kind: string; readonly version: string; readonly schema_version: number; readonly bytes: number }

export async function vitalsOf(db: Reader): Promise<Vitals> {
  const { version = '' } = (await db.get(VERSION)) ?? {}
  const { bytes = 0 } = (await db.get(BYTES)) ?? {}
  return { kind: NAMES[db.dialect.name], version, schema_version: MIGRATIONS.at(-1)?.id ?? 0, bytes }
}
