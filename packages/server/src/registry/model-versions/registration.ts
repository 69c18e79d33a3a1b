import type { Reader } from '../../db/handles.ts'
import { settled } from '../manifests/index.ts'
import { PENDING } from './model-version.ts'
import { type VersionRow, versionByNumber } from './version-store.ts'

/** The version when its registration has ended, or as it is after so long. @throws ApiError RESOURCE_DOES_NOT_EXIST when it is deleted */
export async function onceRegistered(db: Reader, row: VersionRow, wait_ms: number): Promise<VersionRow> {
  if (row.status !== PENDING) return row
  await settled(db.identity, row.id, wait_ms)
  return versionByNumber(db, row.name, row.version)
}
