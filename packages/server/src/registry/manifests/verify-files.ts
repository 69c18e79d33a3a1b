import { createHash } from 'node:crypto'
import { artifactStores, type Place } from '../../artifacts/index.ts'
import type { Settings } from '../../config.ts'
import type { Reader } from '../../db/handles.ts'
import { FileDenied } from '../../http/denied.ts'
import { ApiError } from '../../http/errors.ts'
import type { ManifestFile } from './manifest.ts'
import { filesLieAt, manifestOfVersion } from './manifest-store.ts'

/** A version, as an error names it. */
type Named = { readonly id: number; readonly name: string; readonly version: number }
/** Of each file of a version, by its path, the tag that it had when its bytes were last found to be the registered ones. */
type Seen = { readonly root_sha256: string; readonly tags: Map<string, string> }

const VERSIONS_MAX = 2_000
const AT_ONCE = 8
const seen = new WeakMap<object, Map<number, Seen>>()

/**
 * Makes sure that a version's files are those that were registered: none changed, gone, or put in. A file is read again only when it was
 * written to since it was last read here, which its tag tells (size, times and number on the disk); so the first load reads them all. An
 * object store's tag was kept when the file was hashed: what was put there past the server, by an address signed before, is noticed.
 * @throws FileDenied PERMISSION_DENIED
 */
export async function verifyFiles(db: Reader, version: Named, settings: Settings): Promise<void> {
  const lies = await filesLieAt(db, version.id)
  if (!lies) return
  const { store, folder } = artifactStores(settings).at(lies.location)
  const place: Place = { store, folder: [...folder, ...lies.path.split('/').filter(Boolean)] }
  const manifest = await manifestOfVersion(db, version.id)
  if (!manifest) return
  const wanted = new Map(manifest.files.map((file) => [file.path, file]))
  const single = wanted.get('')
  const found = single && wanted.size === 1 ? [''] : await pathsIn(place)
  const extra = found.find((path) => !wanted.has(path))
  if (extra !== undefined) throw changed(version, extra, 'was not there when the version was registered')
  const known = knownOf(db, version.id, manifest.root_sha256)
  // Each asks the store, which may be far away.
  for (let at = 0; at < manifest.files.length; at += AT_ONCE) {
    await Promise.all(manifest.files.slice(at, at + AT_ONCE).map((file) => verifyOne(place, version, file, known)))
  }
}

/** The same for one file of a version. @throws FileDenied PERMISSION_DENIED */
export async function verifyFile(db: Reader, version: Named, place: Place, path: string): Promise<void> {
  const manifest = await manifestOfVersion(db, version.id)
  const file = manifest?.files.find((one) => one.path === path)
  if (manifest && file) await verifyOne(place, version, file, knownOf(db, version.id, manifest.root_sha256))
}

function knownOf(db: Reader, version: number, root_sha256: string): Seen {
  const versions = seen.get(db.identity) ?? new Map<number, Seen>()
  seen.set(db.identity, versions)
  const before = versions.get(version)
  const known = before?.root_sha256 === root_sha256 ? before : { root_sha256, tags: new Map<string, string>() }
  // The one that was asked for last stays longest.
  versions.delete(version)
  versions.set(version, known)
  if (versions.size > VERSIONS_MAX) versions.delete(versions.keys().next().value as number)
  return known
}

async function verifyOne({ store, folder }: Place, version: Named, file: ManifestFile, { tags }: Seen): Promise<void> {
  const artifact = await store.open([...folder, ...file.path.split('/').filter(Boolean)]).catch((error: unknown) => {
    if (error instanceof ApiError && error.status < 500) throw changed(version, file.path, 'is no longer there')
    throw error
  })
  const is_known = artifact.etag !== '' && (artifact.etag === file.store_tag || artifact.etag === tags.get(file.path))
  if (artifact.size !== file.size || is_known || file.size === 0) {
    await artifact.close()
    if (artifact.size !== file.size) throw changed(version, file.path, 'has another length than the registered one')
    return
  }
  const hash = createHash('sha256')
  for await (const chunk of await artifact.read(0, artifact.size - 1)) hash.update(chunk as Buffer)
  if (hash.digest('hex') !== file.sha256) throw changed(version, file.path, 'is not the one that was registered')
  tags.set(file.path, artifact.etag)
}

async function pathsIn({ store, folder }: Place): Promise<string[]> {
  const paths: string[] = []
  const folders: string[][] = [[]]
  for (let at = folders.pop(); at; at = folders.pop()) {
    for (const { name, is_dir } of await store.list([...folder, ...at])) {
      if (is_dir) folders.push([...at, name])
      else paths.push([...at, name].join('/'))
    }
  }
  return paths
}

const changed = ({ name, version }: Named, path: string, what: string): FileDenied =>
  new FileDenied(
    'PERMISSION_DENIED',
    `The files of version ${version} of '${name}' were changed in the store, past this server: '${path.slice(0, 200)}' ${what}. ` +
      'The version is not handed out. Restore the file from a backup, or register the model anew.',
    'digest',
    `models:/${name}/${version}/${path}`,
  )
