import { randomBytes } from 'node:crypto'
import { after, describe } from 'node:test'
import pg from 'pg'
import type { Database } from '../db/database.ts'
import { postgres } from '../db/dialect.ts'
import { MIGRATIONS, migrate } from '../db/migrate.ts'
import { openPostgres } from '../db/postgres.ts'
import { openSqlite } from '../db/sqlite.ts'

/** The URI of the PostgreSQL server that the test run started: `npm test` sets it, and `node tools/test/main.ts PATH` for some tests. */
export function postgresUri(): string {
  const uri = process.env.MILLRACE_TEST_POSTGRES
  if (!uri)
    throw new Error('MILLRACE_TEST_POSTGRES is not set: run tests through `npm test` or `npm test -- PATH`, which start PostgreSQL.')
  return uri
}

const { int, text } = postgres.types

/**
 * Every migration as one text for PostgreSQL, which a test's schema is made by in one go: as `migrate` does it, a statement at a time, it
 * is a third of what most tests of the server cost. Rows that the tables start with are left to the seeds.
 */
const EVERY_STATEMENT = [
  `create table millrace_migration (id ${int} primary key, name ${text} not null, applied_ms ${int} not null)`,
  ...MIGRATIONS.flatMap(({ id, name, statements }) => [
    ...statements(postgres),
    `insert into millrace_migration (id, name, applied_ms) values (${id}, '${name}', 1)`,
  ]),
].join(';\n')

async function freshPostgres(): Promise<Database> {
  const connectionString = postgresUri()
  const schema = `t_${randomBytes(8).toString('hex')}`
  const admin = new pg.Client({ connectionString })
  await admin.connect()
  await admin.query(`create schema ${schema}; set search_path to ${schema}; ${EVERY_STATEMENT}`)
  await admin.end()
  const db = openPostgres({ connectionString, options: `-c search_path=${schema}`, max: 4 })
  await db.write(async (tx) => {
    for (const { seed } of MIGRATIONS) await seed?.(tx)
  })
  return db
}

async function freshSqlite(): Promise<Database> {
  const db = openSqlite(':memory:')
  await migrate(db)
  return db
}

/**
 * Runs a suite of tests over each database (law 9). `open` gives a new, migrated and empty one, which is closed when the suite ends.
 */
export function overEachDatabase(title: string, suite: (open: () => Promise<Database>) => void): void {
  for (const [kind, make] of [
    ['SQLite', freshSqlite],
    ['PostgreSQL', freshPostgres],
  ] as const) {
    describe(`${title} (${kind})`, () => {
      const opened: Database[] = []
      after(async () => {
        for (const db of opened) await db.close()
      })
      suite(async () => {
        const db = await make()
        opened.push(db)
        return db
      })
    })
  }
}
