import { type Places, settingsWithPlaces } from '../artifacts/index.ts'
import type { Config, Settings } from '../config.ts'
import { check, type Finding } from '../db/check.ts'
import type { Location } from '../db/location.ts'
import { type Migration, migrate, schemaVersion } from '../db/migrate.ts'
import { mlflowNotice } from '../db/mlflow-tables.ts'
import { openDatabase, openExisting } from '../db/open.ts'
import { type Emptied, type Emptying, emptyTrash } from '../gc/index.ts'
import { type Archival, archiveTraces } from '../traces/index.ts'
import { withCurrent, withDatabase } from './opened.ts'
import { type Rotated, rotate } from './rotate.ts'

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
  withCurrent(location, async (db) => emptyTrash(db, await settingsWithPlaces(db.reader, settings, told), emptying))

/** Encrypts the stored secrets with a new key. @throws Error when there is no database, or when it is not of this version */
export const rotateSecrets = (location: Location, keys: Pick<Config, 'secret_keys' | 'secret_key_file'>): Promise<Rotated> =>
  withCurrent(location, (db) => rotate(db, keys))

/**
 * Moves the contents of old traces' spans to files, at the places that the server put on record.
 * @throws Error when there is no database, or when it is not of this version, or when it is not known where artifacts are
 */
export const archiveTracesOf = (
  location: Location,
  settings: Settings,
  told: Partial<Places>,
  before_ms: number,
  dry_run: boolean,
): Promise<Archival> =>
  withCurrent(location, async (db) => archiveTraces(db, await settingsWithPlaces(db.reader, settings, told), { before_ms }, dry_run))
