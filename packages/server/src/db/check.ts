import type { Dialect } from './dialect.ts'
import { query, type Reader } from './handles.ts'
import { MIGRATIONS, pendingMigrations } from './migrate.ts'

/** One thing that was looked at, and what is wrong with it; nothing when it is sound. */
export type Finding = { readonly what: string; readonly problems: readonly string[] }

const TABLES = query<{ name: string }>((dialect) =>
  dialect.name === 'sqlite'
    ? "select name from sqlite_master where type = 'table'"
    : 'select tablename as name from pg_tables where schemaname = current_schema()',
)
const INDEXES = query<{ name: string; usable: number }>((dialect) =>
  dialect.name === 'sqlite'
    ? "select name, 1 as usable from sqlite_master where type = 'index'"
    : `select c.relname as name, i.indisvalid::int::bigint as usable from pg_index i join pg_class c on c.oid = i.indexrelid
       join pg_namespace n on n.oid = c.relnamespace where n.nspname = current_schema()`,
)
const INTEGRITY = query<{ integrity_check: string }>('pragma integrity_check(20)')
const ORPHANS = query<{ table: string; parent: string; n: number }>(
  'select "table", parent, count(*) n from pragma_foreign_key_check group by "table", parent',
)
// PostgreSQL checks references at each write; one that was made `not valid` has never been checked for the rows that were there.
const UNCHECKED = query<{ name: string }>(
  `select conname as name from pg_constraint c join pg_namespace n on n.oid = c.connamespace
   where n.nspname = current_schema() and c.contype = 'f' and not c.convalidated`,
)

/** Looks at everything, also when something is wrong already. */
export async function check(db: Reader): Promise<readonly Finding[]> {
  const objects = expectedObjects(db.dialect)
  const findings = [await schema(db), await tables(db, objects.tables), await indexes(db, objects.indexes)]
  if (db.dialect.name === 'sqlite') {
    findings.push(await pages(db), await orphans(db))
  } else {
    const problems = (await db.all(UNCHECKED)).map(({ name }) => `the reference ${name} was never checked`)
    findings.push({ what: 'what refers to something finds it', problems })
  }
  return findings
}

async function schema(db: Reader): Promise<Finding> {
  const what = `schema version ${MIGRATIONS.at(-1)?.id ?? 0}`
  try {
    const pending = await pendingMigrations(db)
    return { what, problems: pending.map(({ id, name }) => `${id} ${name} was not applied: run millrace db upgrade`) }
  } catch (error) {
    return { what, problems: [(error as Error).message] }
  }
}

async function tables(db: Reader, expected: ReadonlySet<string>): Promise<Finding> {
  const there = new Set((await db.all(TABLES)).map(({ name }) => name))
  const lacking = [...expected].filter((name) => !there.has(name))
  return { what: `${expected.size} tables`, problems: lacking.map((name) => `the table ${name} is not there: restore a backup`) }
}

async function indexes(db: Reader, expected: ReadonlyMap<string, string>): Promise<Finding> {
  const there = new Map((await db.all(INDEXES)).map(({ name, usable }) => [name, usable === 1]))
  const problems = [...expected].flatMap(([name, statement]) => {
    if (!there.has(name)) return [`the index ${name} is not there: searches are slow without it. It was made by: ${statement}`]
    return there.get(name) ? [] : [`the index ${name} can't be used: reindex index ${name}`]
  })
  return { what: `${expected.size} indexes`, problems }
}

async function pages(db: Reader): Promise<Finding> {
  const lines = (await db.all(INTEGRITY)).map((row) => row.integrity_check).filter((line) => line !== 'ok')
  return { what: 'every page of the file', problems: lines }
}

async function orphans(db: Reader): Promise<Finding> {
  const rows = await db.all(ORPHANS)
  const problems = rows.map(({ table, parent, n }) => `${n} rows of ${table} refer to rows of ${parent} that are not there`)
  return { what: 'what refers to something finds it', problems }
}

/** The tables and indexes that the migrations, taken in order, leave behind. */
export function expectedObjects(dialect: Dialect): { tables: ReadonlySet<string>; indexes: ReadonlyMap<string, string> } {
  const tables = new Set(['millrace_migration'])
  const indexes = new Map<string, string>()
  for (const statement of MIGRATIONS.flatMap((migration) => migration.statements(dialect))) {
    const [, verb, kind, name = ''] =
      /^\s*(create|drop)\s+(?:unique\s+)?(table|index)\s+(?:if\s+(?:not\s+)?exists\s+)?(\w+)/i.exec(statement) ?? []
    const [, from, to] = /^\s*alter\s+table\s+(\w+)\s+rename\s+to\s+(\w+)/i.exec(statement) ?? []
    if (from !== undefined && to !== undefined) {
      tables.delete(from)
      tables.add(to)
    }
    if (verb === undefined || kind === undefined) continue
    const isTable = kind.toLowerCase() === 'table'
    if (verb.toLowerCase() === 'drop') (isTable ? tables : indexes).delete(name)
    else if (isTable) tables.add(name)
    else indexes.set(name, statement.replace(/\s+/g, ' ').trim())
  }
  return { tables, indexes }
}
