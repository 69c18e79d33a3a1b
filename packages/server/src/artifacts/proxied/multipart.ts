import type { Context } from '../../http/context.ts'
import { ApiError } from '../../http/errors.ts'
import { string } from '../../http/schema.ts'
import { type ArtifactPath, lastNameOf, type Segments } from '../path.ts'
import type { DirectAccess, Store } from '../stores/store.ts'
import { artifactStores } from '../stores.ts'

/** MLflow's client sends the whole path of the file on its own machine; only its last name counts. */
export const LocalPath = string({
  min: 1,
  max: 4096,
  description: "The file's path on the client's machine, of which the last name is taken",
})
export const UploadId = string({ min: 1, max: 2048 })

/** Where a multipart upload goes: the folder from the URL, the name from the body. */
export const targetOf = (folder: ArtifactPath, local_path: string): Segments => [...folder.segments, lastNameOf(local_path)]

/** @throws ApiError NOT_IMPLEMENTED in words by which MLflow's client sends the file in one piece instead */
export function directAccess(
  { settings }: Context,
  what: 'Multipart upload' | 'Multipart download',
): { store: Store; direct: DirectAccess } {
  const store = artifactStores(settings).proxied()
  if (!store.direct) throw notSupported(what)
  return { store, direct: store.direct }
}

/** The refusal of what a store on a disk has not: addresses of its own. The phrase is what MLflow's clients look for. */
export const notSupported = (what: string): ApiError =>
  new ApiError('NOT_IMPLEMENTED', `${what} is not supported for the current artifact repository: send and fetch whole artifacts.`)
