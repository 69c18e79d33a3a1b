import type { Endpoint } from '../http/endpoint.ts'
import { abortMultipartUpload } from './proxied/abort-multipart.ts'
import { completeMultipartUpload } from './proxied/complete-multipart.ts'
import { createMultipartUpload } from './proxied/create-multipart.ts'
import { deleteArtifact } from './proxied/delete.ts'
import { downloadArtifact } from './proxied/download.ts'
import { listArtifacts } from './proxied/list.ts'
import { presignedArtifactDownload } from './proxied/presigned-download.ts'
import { uploadArtifact } from './proxied/upload.ts'

export { sendArtifact } from './answer.ts'
export { FileInfos } from './file-info.ts'
export { FINDINGS_KEPT_MAX, refuseMalicious } from './found-malicious.ts'
export { changesSettled, freeze, frozenBy, onSlipped, refuseFrozen, thaw, writeThawed } from './frozen.ts'
export { incomingBytes, incomingOf } from './incoming.ts'
export type { Location } from './location.ts'
export { locationsAbove } from './owner.ts'
export { type ArtifactPath, artifactPath, folderPath, invalidPath } from './path.ts'
export { type Places, putPlacesOnRecord, settingsWithPlaces } from './places-on-record.ts'
export { notSupported } from './proxied/multipart.ts'
export type { DirectAccess, Incoming } from './stores/store.ts'
export { artifactStores, listPlace, locationOfExperiment, measureTree, type Place, removeTree } from './stores.ts'
export { pathInWorkspace, WORKSPACES_FOLDER } from './workspace-path.ts'

/** The artifacts that this server hands through, by their paths. */
export const artifactEndpoints: readonly Endpoint[] = [
  listArtifacts,
  downloadArtifact,
  uploadArtifact,
  deleteArtifact,
  createMultipartUpload,
  completeMultipartUpload,
  abortMultipartUpload,
  presignedArtifactDownload,
]
export { objectsBelow, type StoredObject } from './stores/s3-objects.ts'
