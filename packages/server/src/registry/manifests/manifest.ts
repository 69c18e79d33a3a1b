import { createHash } from 'node:crypto'
import type { Place } from '../../artifacts/index.ts'
import { ApiError } from '../../http/errors.ts'

/** A file of a version; `path` is relative to the version's root, and empty when the version is of this one file. */
export type ManifestFile = {
  readonly path: string
  readonly size: number
  readonly sha256: string
  /** The object store's tag of these bytes; none on a disk. */
  readonly store_tag?: string | null
}
export type Manifest = { readonly root_sha256: string; readonly bytes: number; readonly files: readonly ManifestFile[] }

/** Files as one digest: a line for each, in the order of the bytes of their paths; the path as JSON, so that no name can end a line. */
export function manifestOf(unordered: readonly ManifestFile[]): Manifest {
  const files = unordered.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
  const hash = createHash('sha256')
  let bytes = 0
  for (const { path, size, sha256 } of files) {
    hash.update(`${sha256} ${size} ${JSON.stringify(path)}\n`)
    bytes += size
  }
  return { root_sha256: hash.digest('hex'), bytes, files }
}

/** Reads all files of a place, piece by piece, with room for others in between. `goOn` is asked before each piece and may throw. */
export async function hashPlace(place: Place, goOn: () => Promise<void> | void): Promise<Manifest> {
  const files: ManifestFile[] = []
  const folders: string[][] = [[]]
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    const entries = await place.store.list([...place.folder, ...folder])
    for (const { name, is_dir } of entries) {
      if (is_dir) folders.push([...folder, name])
      else files.push(await hashFile(place, [...folder, name], goOn))
    }
  }
  if (files.length === 0 && place.folder.length > 0) {
    const single = await hashFile(place, [], goOn).catch(unlessNone)
    if (single) files.push(single)
  }
  return manifestOf(files)
}

async function hashFile({ store, folder }: Place, path: readonly string[], goOn: () => Promise<void> | void): Promise<ManifestFile> {
  const artifact = await store.open([...folder, ...path])
  const hash = createHash('sha256')
  if (artifact.size === 0) await artifact.close()
  else {
    for await (const chunk of await artifact.read(0, artifact.size - 1)) {
      await goOn()
      hash.update(chunk as Buffer)
    }
  }
  return { path: path.join('/'), size: artifact.size, sha256: hash.digest('hex'), store_tag: store.direct ? artifact.etag : null }
}

/** MLflow registers what is not there, too: the version has no files then, and stays without. */
function unlessNone(error: unknown): undefined {
  if (error instanceof ApiError && (error.status === 404 || error.status === 400)) return undefined
  throw error
}
