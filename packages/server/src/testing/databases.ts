import { randomBytes } from 'node:crypto'
import { after, describe } from 'node:test'
import pg from 'pg'
import type { Database } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { openPostgres } from '../db/postgres.ts'
import { openSqlite } from '../db/sqlite.ts'

/** The URI of the PostgreSQL server that the test run started: `npm test` sets it, and `node tools/test/main.ts PATH` for some tests. */
export function postgresUri(): string {
  const uri = process.env.MILLRACE_TEST_POSTGRES
  if (!uri)
    throw new Error('MILLRACE_TEST_POSTGRES is not set: run tests through `npm test` or `npm test -- PATH`, which start PostgreSQL.')
  return uri
}

async function freshPostgres(): Promise<Database> {
  const connectionString = postgresUri()
  const schema = `t_${randomBytes(8).toString('hex')}`
  const admin = new pg.Client({ connectionString })
  await admin.connect()
  await admin.query(`create schema ${schema}`)
  await admin.end()
  return openPostgres({ connectionString, options: `-c search_path=${schema}`, max: 4 })
}

/**
 * Runs a suite of tests over each database (law 9). `open` gives a new, migrated and empty one, which is closed when the suite ends.
 */
export function overEachDatabase(title: string, suite: (open: () => Promise<Database>) => void): void {
  for (const [kind, make] of [
    ['SQLite', async () => openSqlite(':memory:')],
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
        await migrate(db)
        return db
      })
    })
  }
}
