import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import type { Database } from './database.ts'
import type { Location, TlsMode } from './location.ts'

/** Opens the database; the driver of the kind that isn't used is never loaded. */
export async function openDatabase(location: Location): Promise<Database> {
  if (location.kind === 'sqlite') {
    if (location.file !== ':memory:') mkdirSync(dirname(location.file), { recursive: true })
    const { openSqlite } = await import('./sqlite.ts')
    return openSqlite(location.file)
  }
  const { kind: _, password, tls, tls_root, connect_timeout_s = 10, ...settings } = location
  const { openPostgres } = await import('./postgres.ts')
  return openPostgres({
    ...settings,
    connectionTimeoutMillis: connect_timeout_s * 1000,
    // A function, so that the driver's own settings object holds nothing that could be printed.
    ...(password && { password: () => password.reveal() }),
    ...(tls && { ssl: tls === 'disable' ? false : tlsOptions(tls, tls_root) }),
  })
}

/** Opens a database that is there: a command that looks or deletes must not make an empty one. @throws Error */
export async function openExisting(location: Location): Promise<Database> {
  if (location.kind === 'sqlite' && !existsSync(location.file)) {
    throw new Error(`There is no database at ${location.file}: name one with --backend-store-uri or --data-dir.`)
  }
  return openDatabase(location)
}

/** As libpq does it: `require` encrypts and trusts any certificate unless it was given roots. */
function tlsOptions(mode: TlsMode, root: string | undefined): ConnectionOptions {
  const ca = root === undefined || root === 'system' ? {} : { ca: readFileSync(root) }
  if (mode === 'verify-full') return { ...ca, rejectUnauthorized: true }
  if (mode === 'verify-ca' || root !== undefined) return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined }
  // millrace-audit: allow exposure/tls it is what sslmode=require means to libpq; verify-full checks
  return { rejectUnauthorized: false }
}
