type DatabaseError = Error & {
  code?: string
  cause?: unknown
  address?: string
  port?: number
  hostname?: string
  errors?: readonly unknown[]
}

const SENTENCES: { readonly [code: string]: string } = {
  SQLITE_CANTOPEN: "The database file can't be opened: is the path right, and may this user read and write it and its folder?",
  SQLITE_READONLY: "The database file can't be written: let this user write it and its folder.",
  SQLITE_NOTADB: 'The file is no SQLite database: name another one with --backend-store-uri.',
  SQLITE_CORRUPT: 'The database file is damaged: restore a backup. millrace db check says more.',
  SQLITE_IOERR: 'Reading or writing the database file failed: look at the disk.',
  SQLITE_BUSY: 'Another process holds the database: stop it, or wait until it is done.',
  SQLITE_FULL: 'The disk that holds the database is full.',
  '28P01':
    'PostgreSQL refuses the password. It is read from MILLRACE_DB_PASSWORD, MILLRACE_DB_PASSWORD_FILE, the URI, PGPASSWORD or PGPASSFILE.',
  '28000':
    'PostgreSQL refuses this user from here, or wants an encrypted connection: see its pg_hba.conf, or add ?sslmode=require to the URI.',
  '3D000': 'PostgreSQL has no database of this name: make it with createdb, or correct the URI.',
  '42501': 'The PostgreSQL user may not make tables here: grant it create on the schema.',
  '53300': 'PostgreSQL has no connection left: raise max_connections, or start fewer workers.',
  '57P03': 'PostgreSQL is starting up or shutting down: try again in a moment.',
  ECONNREFUSED: 'PostgreSQL does not answer there: is it running, and are host and port in the URI right?',
  ENOTFOUND: "The database's host name is unknown: correct it in the URI.",
  EAI_AGAIN: "The database's host name can't be looked up right now.",
  ETIMEDOUT: 'PostgreSQL does not answer in time: is the way to it open?',
  ECONNRESET: 'PostgreSQL closed the connection.',
}

/** What a failure to open or use the database means and what to do about it; undefined when it is no such failure. */
export function explainDatabaseError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code = '', cause, errors, message, address, port, hostname } = error as DatabaseError
  if ('syscall' in error && error.syscall === 'listen') return undefined
  const known = SENTENCES[code] ?? SENTENCES[code.split('_').slice(0, 2).join('_')]
  if (known) {
    const where = hostname ?? (address === undefined ? '' : `${address}:${port}`)
    return where ? `${known} (${where})` : known
  }
  if (/timeout exceeded when trying to connect|Connection terminated due to connection timeout/.test(message)) return SENTENCES.ETIMEDOUT
  if (/password must be a string/.test(message)) return SENTENCES['28P01']
  if (/does not support SSL/.test(message))
    return 'PostgreSQL does not encrypt here: add ?sslmode=disable to the URI, or turn on ssl there.'
  return explainDatabaseError(cause) ?? explainDatabaseError(errors?.[0])
}
