import { existsSync, mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Settings } from '../config.ts'
import type { Database } from '../db/database.ts'
import { command, query, type Reader } from '../db/handles.ts'
import { holdsPassword } from '../db/location.ts'

/** Where a server keeps artifacts: what decides which files belong to a location in its database. */
export type Places = Pick<Settings, 'artifacts_destination' | 'default_artifact_root' | 'serve_artifacts' | 'allowed_artifact_roots'>

const NAME = 'artifact_places'
const GET = query<{ value: string }>('select value from setting where name = ?')
const SET = command('insert into setting (name, value) values (?, ?) on conflict (name) do update set value = excluded.value')

const isFolder = (place: string): boolean => !/^[a-z][a-z0-9+.-]*:/i.test(place)
const absolute = (place: string): string => (isFolder(place) ? resolve(place) : place)

/**
 * Puts on record in the database where this server keeps artifacts, so that `millrace gc` knows it when its flags don't say. URIs that
 * hold a password are left out. The folder is made now: when it is not there later, it is another machine, or a disk that is not mounted.
 */
export async function putPlacesOnRecord(db: Database, settings: Settings): Promise<void> {
  const { artifacts_destination, default_artifact_root, serve_artifacts, allowed_artifact_roots = [] } = settings
  if (holdsPassword(artifacts_destination)) return
  const places: Places = {
    artifacts_destination: absolute(artifacts_destination),
    default_artifact_root: holdsPassword(default_artifact_root) ? 'mlflow-artifacts:/' : absolute(default_artifact_root),
    serve_artifacts,
    allowed_artifact_roots: allowed_artifact_roots.filter((root) => !holdsPassword(root)).map(absolute),
  }
  if (isFolder(places.artifacts_destination)) {
    try {
      mkdirSync(places.artifacts_destination, { recursive: true })
    } catch {
      // A server that may not write there can still serve all else; the first upload says what is wrong.
    }
  }
  const value = JSON.stringify(places)
  if ((await db.reader.get(GET, NAME))?.value !== value) await db.write(async (tx) => void (await tx.run(SET, NAME, value)))
}

/**
 * The settings with the places that the server last put on record, except those that were told.
 * @throws Error when nobody said where artifacts are, or when their folder is not there: then whatever is removed would leave its files
 */
export async function settingsWithPlaces(db: Reader, settings: Settings, told: Partial<Places>): Promise<Settings> {
  const row = await db.get(GET, NAME)
  const recorded = row && (JSON.parse(row.value) as Places)
  if (!recorded && told.artifacts_destination === undefined) {
    throw new Error(
      'Nothing was removed: no server has put on record yet where its artifacts are, and their files would stay behind. ' +
        'Give --artifacts-destination as the server has it.',
    )
  }
  const known: Settings = { ...settings, ...recorded, ...told }
  const folder = known.artifacts_destination
  if (known.serve_artifacts && isFolder(folder) && !existsSync(folder)) {
    throw new Error(
      `Nothing was removed: the artifacts' folder ${folder} is not there, and files would stay behind. ` +
        'Run this where the server keeps them, or say with --artifacts-destination where that is.',
    )
  }
  return known
}
