import { artifactStores, freeze, thaw } from '../../artifacts/index.ts'
import type { Settings } from '../../config.ts'
import type { Writer } from '../../db/handles.ts'
import { copyManifest, forgetManifest, queueManifest } from './manifest-store.ts'
import { wakeOf } from './registrar.ts'

/** The files of a version that is being made, and the version that it is a copy of, if any. */
export type FrozenFiles = { readonly location: string; readonly path: string; readonly copy_of?: number | undefined }

/** Freezes a new version's files, and has them hashed after the commit. Gives whether it is ready at once: as a copy of a known one. */
export async function freezeVersion(
  tx: Writer,
  version: number,
  { location, path, copy_of }: FrozenFiles,
  settings: Settings,
  now_ms: number,
): Promise<{ is_ready: boolean }> {
  const { store, folder } = artifactStores(settings).at(location)
  await freeze(tx, store, [...folder, ...path.split('/').filter(Boolean)], version)
  const is_ready = copy_of !== undefined && (await copyManifest(tx, version, copy_of, now_ms))
  await queueManifest(tx, version, location, path, is_ready ? null : now_ms)
  if (!is_ready) tx.afterCommit(() => wakeOf(tx.identity))
  return { is_ready }
}

/** A version that is deleted lets go of its files. */
export async function thawVersion(tx: Writer, version: number): Promise<void> {
  await thaw(tx, version)
  await forgetManifest(tx, version)
}
