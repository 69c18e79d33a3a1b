import pg from 'pg'
import { ApiError } from '../http/errors.ts'
import { tellCommit } from './commits.ts'
import type { Database } from './database.ts'
import { type Dialect, postgres as dialect } from './dialect.ts'
import { type BulkCommand, type Command, DEFAULT_WORKSPACE, type Query, type Reader, type Sql, type Value, type Writer } from './handles.ts'

const TRIES_MAX = 5
const NAMED_MAX = 400

// int8 as a number: schemas keep what lies beyond 2^53 out.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

const ARRAY_OF: Record<string, string> = { i: 'bigint[]', d: 'double precision[]', t: 'text[]' }

/** `?` becomes `$1`, `$2`, ...: our statements hold no question mark but as a parameter. */
function numbered(sql: string): string {
  let n = 0
  return sql.replaceAll('?', () => `$${++n}`)
}

/** `values (?, ?)` becomes a select over one array a column, so that any number of rows is one statement. */
function unnested(sql: string, types: string): string {
  const arrays = [...types].map((type, at) => `$${at + 1}::${ARRAY_OF[type]}`)
  return sql.replace(/values\s*\([?,\s]*\)/i, `select * from unnest(${arrays.join(', ')})`)
}

type Prepared = { text: string; name?: string }
const byDeclaration = new WeakMap<object, Prepared>()
const names = new Map<string, string>()

function prepared(declaration: { sql: Sql; types?: string; ad_hoc?: true }): Prepared {
  const known = byDeclaration.get(declaration)
  if (known) return known
  const sql = typeof declaration.sql === 'string' ? declaration.sql : declaration.sql(dialect)
  const text = declaration.types === undefined ? numbered(sql) : unnested(sql, declaration.types)
  let name = names.get(text)
  // A name keeps the statement's plan on the server; those beyond the first few hundred texts are planned each time.
  if (name === undefined && !declaration.ad_hoc && names.size < NAMED_MAX) {
    name = `m${names.size}`
    names.set(text, name)
  }
  const made = name === undefined ? { text } : { text, name }
  byDeclaration.set(declaration, made)
  return made
}

type Queryable = Pick<pg.Pool | pg.PoolClient, 'query'>

class Statements implements Reader {
  readonly dialect: Dialect = dialect
  readonly identity: object
  readonly workspace = DEFAULT_WORKSPACE
  protected readonly on: Queryable

  constructor(on: Queryable, identity: object) {
    this.on = on
    this.identity = identity
  }

  async all<Row>(query: Query<Row>, ...values: Value[]): Promise<Row[]> {
    return (await this.on.query({ ...prepared(query), values })).rows as Row[]
  }

  async get<Row>(query: Query<Row>, ...values: Value[]): Promise<Row | undefined> {
    return (await this.all(query, ...values))[0]
  }

  async tuples<Row extends unknown[]>(query: Query<Row>, ...values: Value[]): Promise<Row[]> {
    return (await this.on.query({ ...prepared(query), values, rowMode: 'array' })).rows as Row[]
  }
}

class Transaction extends Statements implements Writer {
  readonly afterwards: (() => void)[] = []

  async run(command: Command, ...values: Value[]): Promise<number> {
    return (await this.on.query({ ...prepared(command), values })).rowCount ?? 0
  }

  async runMany(command: BulkCommand, rows: readonly (readonly Value[])[]): Promise<number> {
    if (rows.length === 0) return 0
    const columns = [...command.types].map((_, at) => rows.map((row) => row[at]))
    return (await this.on.query({ ...prepared(command), values: columns })).rowCount ?? 0
  }

  afterCommit(work: () => void): void {
    this.afterwards.push(work)
  }
}

const codeOf = (error: unknown): string => (error instanceof pg.DatabaseError ? (error.code ?? '') : '')
// serialization_failure, deadlock_detected: the transaction was undone, and doing it again is the cure.
const mayRetry = (error: unknown): boolean => codeOf(error) === '40001' || codeOf(error) === '40P01'

async function once<T>(pool: pg.Pool, work: (tx: Writer) => Promise<T> | T): Promise<T> {
  const client = await connect(pool)
  const tx = new Transaction(client, pool)
  let broken: Error | undefined
  try {
    await client.query('begin')
    const value = await work(tx)
    await client.query('commit')
    for (const afterwards of tx.afterwards) afterwards()
    return value
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure
    })
    throw error
  } finally {
    client.release(broken)
  }
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw new ApiError('TEMPORARILY_UNAVAILABLE', 'The database does not answer; try again in a moment.', { cause: error })
  }
}

/**
 * Opens a pool of connections to a PostgreSQL database.
 * @param settings as node-postgres takes them: host, port, user, password, database, or a connection string
 */
export function openPostgres(settings: pg.PoolConfig): Database {
  const pool = new pg.Pool({ max: 10, application_name: 'millrace', ...settings })
  // A server that goes away breaks idle connections; the next query opens another. Without a listener the process would end.
  pool.on('error', () => {})
  const write: Database['write'] = async (work) => {
    for (let tries = 1; ; tries++) {
      try {
        const value = await once(pool, work)
        tellCommit(1)
        return value
      } catch (error) {
        if (!mayRetry(error) || tries === TRIES_MAX) throw error
      }
    }
  }
  return {
    dialect,
    reader: new Statements(pool, pool),
    threads: undefined,
    write,
    // Tables are altered in place here: nothing is made anew.
    reshape: write,
    close: () => pool.end(),
  }
}
