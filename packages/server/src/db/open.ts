import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from './database.ts'
import { openSqlite } from './sqlite.ts'

/** Where the database is: a file (or ':memory:'), or a PostgreSQL server. The password is never part of a printable value. */
export type Location =
  | { kind: 'sqlite'; file: string }
  | { kind: 'postgres'; host?: string; port?: number; user?: string; password?: string; database?: string; ssl?: boolean }

/** Opens the database; the driver of the kind that isn't used is never loaded. */
export async function openDatabase(location: Location): Promise<Database> {
  if (location.kind === 'sqlite') {
    if (location.file !== ':memory:') mkdirSync(dirname(location.file), { recursive: true })
    return openSqlite(location.file)
  }
  const { kind: _, ...settings } = location
  const { openPostgres } = await import('./postgres.ts')
  return openPostgres(settings)
}
