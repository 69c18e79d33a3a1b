import { resolve } from 'node:path'
import type { Settings } from '../config.ts'
import { ApiError } from '../http/errors.ts'
import { type Location, type Placed, placeLocation, type Roots, rootsOf } from './location.ts'
import type { Segments } from './path.ts'
import { DiskStore } from './stores/disk-store.ts'
import { diskPath } from './stores/disk-tree.ts'
import { S3Store } from './stores/s3-store.ts'
import type { Entry, Store } from './stores/store.ts'
import { WORKSPACES_FOLDER } from './workspace-path.ts'

/** A folder of a store: where the artifacts of an experiment, a run or a model are. */
export type Place = { readonly store: Store; readonly folder: Segments }

const KEEP_FREE_BYTES = 2 ** 28

/** The artifact stores of a server: one for each root that it is set up with, and no other. */
export class ArtifactStores {
  readonly #settings: Settings
  readonly #roots: Roots
  readonly #stores = new Map<string, Store>()

  constructor(settings: Settings) {
    this.#settings = settings
    this.#roots = rootsOf(settings)
  }

  /** The store of what `mlflow-artifacts` hands through. @throws ApiError TEMPORARILY_UNAVAILABLE when that is switched off */
  proxied(): Store {
    if (!this.#settings.serve_artifacts) {
      throw new ApiError(
        'TEMPORARILY_UNAVAILABLE',
        'This endpoint is disabled due to the server running with `--no-serve-artifacts`: ' +
          'start it with `--serve-artifacts`, or go to the artifact store directly.',
      )
    }
    return this.#storeOf(this.#roots.destination)
  }

  /**
   * Where the artifacts of a location are, as the database holds it for an experiment, a run or a logged model.
   * @throws ApiError INVALID_PARAMETER_VALUE when it lies below none of the configured roots: then nothing is opened.
   */
  at(location: string): Place {
    const placed = placeLocation(location, this.#roots)
    if (placed.location.kind === 'proxied') return { store: this.proxied(), folder: placed.location.segments }
    return { store: this.#storeOf(placed.root), folder: placed.location.segments.slice(placed.root.segments.length) }
  }

  /** A location that a client names for an experiment, checked. @throws ApiError INVALID_PARAMETER_VALUE */
  check(location: string): Placed {
    return placeLocation(location, this.#roots)
  }

  #storeOf(root: Location): Store {
    const name = root.kind === 's3' ? `s3://${[root.bucket, ...root.segments].join('/')}` : diskPath(root.segments)
    const known = this.#stores.get(name)
    if (known) return known
    const keep_free_bytes = this.#settings.artifacts_keep_free_bytes ?? KEEP_FREE_BYTES
    const store = root.kind === 's3' ? new S3Store(root.bucket, root.segments) : new DiskStore(name, { keep_free_bytes })
    this.#stores.set(name, store)
    return store
  }
}

const bySettings = new WeakMap<Settings, ArtifactStores>()

/** The artifact stores of the server with these settings: made at the first call, so that a start waits for none of them. */
export function artifactStores(settings: Settings): ArtifactStores {
  const known = bySettings.get(settings)
  if (known) return known
  const stores = new ArtifactStores(settings)
  bySettings.set(settings, stores)
  return stores
}

/** A workspace, and the root that it has of its own, if it has one. */
export type OwnRoot = { readonly name: string; readonly artifact_root: string | null }

/** Where a new experiment keeps its artifacts: where its maker said, if that is allowed, and else below the default root. */
export function locationOfExperiment(settings: Settings, experiment_id: string, wanted?: string, workspace?: OwnRoot): string {
  if (workspace?.artifact_root) return childOf(workspace.artifact_root, experiment_id)
  if (workspace) return childOf(absoluteLocation(settings.default_artifact_root), WORKSPACES_FOLDER, workspace.name, experiment_id)
  if (!wanted) return childOf(absoluteLocation(settings.default_artifact_root), experiment_id)
  const { location } = artifactStores(settings).check(wanted)
  // MLflow resolves a relative folder the same way, where its server was started.
  return location.kind === 'disk' && !wanted.startsWith('file:') ? diskPath(location.segments) : wanted
}

const childOf = (location: string, ...names: string[]): string => [location.replace(/\/+$/, ''), ...names].join('/')

const absoluteLocation = (root: string): string => (/^[a-z][a-z0-9+.-]+:/i.test(root) ? root : resolve(root))

/** Removes all artifacts of a run, a model or an experiment, for `millrace gc`: never a root itself. */
export async function removeTree(settings: Settings, location: string): Promise<void> {
  const { store, folder } = artifactStores(settings).at(location)
  if (folder.length === 0) throw new Error(`${location} is an artifact root, which holds more than this: its artifacts are not removed.`)
  await store.remove(folder)
}

/** How many files a location holds, and their bytes, for `millrace gc --dry-run`. */
export function measureTree(settings: Settings, location: string): Promise<{ files: number; bytes: number }> {
  const { store, folder } = artifactStores(settings).at(location)
  return store.measure(folder)
}

/** What lies in a folder of a place, in the wire's words: `path` is relative to the place. */
export async function listPlace(place: Place, folder: Segments): Promise<{ path: string; is_dir: boolean; file_size?: number }[]> {
  const entries: Entry[] = await place.store.list([...place.folder, ...folder])
  return entries.map(({ name, is_dir, size }) => ({
    path: [...folder, name].join('/'),
    is_dir,
    ...(size !== undefined && { file_size: size }),
  }))
}
