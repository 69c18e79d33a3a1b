import type { Environment } from '../config/index.ts'
import { ConfigProblem } from '../config-problem.ts'
import { secretIn } from '../named-file.ts'
import { Secret } from '../secret.ts'

/** How the connection to PostgreSQL is encrypted, in libpq's words. */
export type TlsMode = 'disable' | 'require' | 'verify-ca' | 'verify-full'

/** Where the database is: a file (or ':memory:'), or a PostgreSQL server. */
export type Location =
  | { readonly kind: 'sqlite'; readonly file: string }
  | {
      readonly kind: 'postgres'
      readonly host?: string
      readonly port?: number
      readonly user?: string
      /** Without it the driver looks at PGPASSWORD and the password file of libpq. */
      readonly password?: Secret
      readonly database?: string
      readonly tls?: TlsMode
      /** A file with the certificates that are trusted. */
      readonly tls_root?: string
      /** Settings of the session: `-c search_path=x`. */
      readonly options?: string
      readonly application_name?: string
      readonly connect_timeout_s?: number
    }

/** The default: a file in the data folder. */
export const defaultLocation = (data_dir: string): Location => ({ kind: 'sqlite', file: `${data_dir}/millrace.db` })

/** A database that lives and dies with the process. */
export const inMemory: Location = { kind: 'sqlite', file: ':memory:' }

/** Where the keys of a database's secrets are kept: beside the file, or in the data folder. */
export const keyFileOf = (location: Location, data_dir: string): string =>
  location.kind === 'sqlite' && location.file !== ':memory:' ? `${location.file}.key` : `${data_dir}/millrace.key`

/** Whether several processes can serve it: a file has one writer, which shares its commits among requests. */
export const takesSeveralProcesses = (location: Location): boolean => location.kind === 'postgres'

const SCHEMES = 'Use sqlite:///relative.db, sqlite:////absolute.db or postgresql://user@host:5432/name.'

/** Reads a URI as SQLAlchemy and MLflow spell them. @throws ConfigProblem which never repeats a password */
export function parseLocation(uri: string, env: Environment): Location {
  const scheme = /^([a-z][a-z0-9]+)(\+[a-z0-9_]+)?:/i.exec(uri)?.[1]?.toLowerCase()
  if (scheme === 'sqlite') return { kind: 'sqlite', file: sqliteFile(uri) }
  if (scheme === 'postgresql' || scheme === 'postgres') return postgresLocation(uri, env)
  if (scheme === 'mysql' || scheme === 'mssql' || scheme === 'oracle') {
    throw new ConfigProblem(`Millrace keeps its data in SQLite or PostgreSQL, not in ${scheme}. ${SCHEMES}`)
  }
  if (scheme === undefined || scheme === 'file') {
    throw new ConfigProblem(`A folder of files can't be the backend store: Millrace keeps its data in a database. ${SCHEMES}`)
  }
  throw new ConfigProblem(`"${scheme}:" is no database that Millrace knows. ${SCHEMES}`)
}

function sqliteFile(uri: string): string {
  const path = /^sqlite(?:\+\w+)?:\/\/(?:\/([^?]*))?(?:\?.*)?$/i.exec(uri)
  if (!path) throw new ConfigProblem(`A SQLite URI has three slashes before a relative path and four before an absolute one. ${SCHEMES}`)
  return path[1] || ':memory:'
}

/** Whether a URI holds a password, before its host or among its parameters. */
export const holdsPassword = (uri: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*:[^/]*@/i.test(uri) || /^[a-z][a-z0-9+.-]*:.*[?&](password|sslpassword)=/i.test(uri)

function postgresLocation(uri: string, env: Environment): Location {
  let url: URL
  let user: string
  let inUri: string
  try {
    url = new URL(uri.replace(/^[^:]*/, 'postgresql'))
    user = decodeURIComponent(url.username)
    inUri = decodeURIComponent(url.password)
  } catch {
    throw new ConfigProblem(
      "The PostgreSQL URI can't be read. It is postgresql://user@host:5432/name, where special characters of a user or password are " +
        'written as %40 for "@", %2F for "/".',
    )
  }
  const given = parameters(url.searchParams)
  const password = passwordFrom(env) ?? (inUri || given.password ? new Secret(inUri || (given.password as string)) : undefined)
  const host = url.hostname.replace(/^\[|\]$/g, '') || given.host
  const port = url.port || given.port
  const database = decodeURIComponent(url.pathname.slice(1)) || given.dbname
  return {
    kind: 'postgres',
    ...(host && { host }),
    ...(port && { port: Number(port) }),
    ...((user || given.user) && { user: user || (given.user as string) }),
    ...(password && { password }),
    ...(database && { database }),
    ...(given.sslmode && { tls: tlsMode(given.sslmode) }),
    ...(given.sslrootcert && { tls_root: given.sslrootcert }),
    ...(given.options && { options: given.options }),
    ...(given.application_name && { application_name: given.application_name }),
    ...(given.connect_timeout && { connect_timeout_s: Number(given.connect_timeout) }),
  }
}

const PARAMETERS = [
  'host',
  'port',
  'user',
  'password',
  'dbname',
  'sslmode',
  'sslrootcert',
  'options',
  'application_name',
  'connect_timeout',
]

function parameters(search: URLSearchParams): { readonly [name: string]: string | undefined } {
  for (const name of search.keys()) {
    if (PARAMETERS.includes(name)) continue
    throw new ConfigProblem(`The PostgreSQL URI has a parameter "${name}", which Millrace doesn't know. It knows ${PARAMETERS.join(', ')}.`)
  }
  return Object.fromEntries(search)
}

function tlsMode(mode: string): TlsMode {
  if (mode === 'disable' || mode === 'require' || mode === 'verify-ca' || mode === 'verify-full') return mode
  throw new ConfigProblem(
    `sslmode=${mode} would let the network decide whether the connection is encrypted: choose disable, require, verify-ca or verify-full.`,
  )
}

function passwordFrom(env: Environment): Secret | undefined {
  const password = secretIn(env, 'MILLRACE_DB_PASSWORD')
  return password === undefined ? undefined : new Secret(password)
}

/** What to call the database in a message: never with a password. */
export function describeLocation(location: Location): string {
  if (location.kind === 'sqlite') return location.file === ':memory:' ? 'memory: everything is gone when the server stops' : location.file
  return `PostgreSQL ${location.host ?? 'localhost'}:${location.port ?? 5432}/${location.database ?? location.user ?? ''}`
}
