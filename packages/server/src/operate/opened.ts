import type { Database } from '../db/database.ts'
import type { Location } from '../db/location.ts'
import { pendingMigrations } from '../db/migrate.ts'
import { openExisting } from '../db/open.ts'

/** Does the work and closes the database, whatever comes of it. */
export async function withDatabase<T>(open: Promise<Database>, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await open
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

/** Does the work on a database that is there and of this version. @throws Error when it isn't */
export const withCurrent = <T>(location: Location, work: (db: Database) => Promise<T>): Promise<T> =>
  withDatabase(openExisting(location), async (db) => {
    if ((await pendingMigrations(db.reader)).length > 0) {
      throw new Error('The database is of an older version: run millrace db upgrade first.')
    }
    return work(db)
  })
