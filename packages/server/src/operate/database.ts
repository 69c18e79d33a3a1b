import { check, type Finding } from '../db/check.ts'
import type { Database } from '../db/database.ts'
import type { Location } from '../db/location.ts'
import { type Migration, migrate, schemaVersion } from '../db/migrate.ts'
import { mlflowNotice } from '../db/mlflow-tables.ts'
import { openDatabase, openExisting } from '../db/open.ts'

async function withDatabase<T>(open: Promise<Database>, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await open
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

/** Brings the schema up to date, making the database where it is a file that isn't there. */
export function migrateDatabase(
  location: Location,
): Promise<{ applied: readonly Migration[]; version: number; warnings: readonly string[] }> {
  return withDatabase(openDatabase(location), async (db) => {
    const notice = await mlflowNotice(db.reader)
    return { applied: await migrate(db), version: await schemaVersion(db.reader), warnings: notice ? [notice] : [] }
  })
}

/** Looks at a database that is there. @throws Error when it isn't */
export const checkDatabase = (location: Location): Promise<readonly Finding[]> =>
  withDatabase(openExisting(location), (db) => check(db.reader))
