import { artifactStores, freeze, thaw } from '../../artifacts/index.ts'
import type { Settings } from '../../config.ts'
import type { Writer } from '../../db/handles.ts'
import { copyManifest, forgetManifest, KNOWN, queueManifest } from './manifest-store.ts'
import { registrarOf } from './registrar.ts'

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
  const registrar = is_ready ? undefined : registrarOf(tx.identity)
  const held = is_ready ? KNOWN : (registrar?.holding(now_ms) ?? { due_ms: now_ms, lease: '' })
  await queueManifest(tx, version, location, path, held)
  if (registrar) tx.afterCommit(() => registrar.begin({ version, location, path, attempts: 0, lease: held.lease }))
  return { is_ready }
}

/** A version that is deleted lets go of its files. */
export async function thawVersion(tx: Writer, version: number): Promise<void> {
  await thaw(tx, version)
  await forgetManifest(tx, version)
}
