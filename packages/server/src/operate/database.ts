import { type Places, settingsWithPlaces } from '../artifacts/index.ts'
import type { Config, Settings } from '../config.ts'
import { check, type Finding } from '../db/check.ts'
import type { Database } from '../db/database.ts'
import type { Location } from '../db/location.ts'
import { type Migration, migrate, pendingMigrations, schemaVersion } from '../db/migrate.ts'
import { mlflowNotice } from '../db/mlflow-tables.ts'
import { openDatabase, openExisting } from '../db/open.ts'
import { type Emptied, type Emptying, emptyTrash } from '../gc/index.ts'
import { type Rotated, rotate } from './rotate.ts'

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

/**
 * Removes what is in the trash for good, with artifacts at the places that the server put on record.
 * @param told places that the caller names: they go before those on record
 * @throws Error when there is no database, or when it is not of this version, or when it is not known where artifacts are
 */
export const emptyTrashOf = (location: Location, settings: Settings, told: Partial<Places>, emptying: Emptying): Promise<Emptied> =>
  withDatabase(openExisting(location), async (db) => {
    await requireCurrent(db)
    return emptyTrash(db, await settingsWithPlaces(db.reader, settings, told), emptying)
  })

/** Encrypts the stored secrets with a new key. @throws Error when there is no database, or when it is not of this version */
export const rotateSecrets = (location: Location, keys: Pick<Config, 'secret_keys' | 'secret_key_file'>): Promise<Rotated> =>
  withDatabase(openExisting(location), async (db) => {
    await requireCurrent(db)
    return rotate(db, keys)
  })

async function requireCurrent(db: Database): Promise<void> {
  if ((await pendingMigrations(db.reader)).length > 0)
    throw new Error('The database is of an older version: run millrace db upgrade first.')
}
