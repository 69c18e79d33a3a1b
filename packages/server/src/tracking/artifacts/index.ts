import type { Endpoint } from '../../http/endpoint.ts'
import { downloadRunArtifact } from './download.ts'
import { listRunArtifacts } from './list.ts'
import { downloadModelArtifact } from './model-download.ts'
import { listModelArtifacts } from './model-list.ts'
import { presignedRunDownload } from './presigned-download.ts'
import { presignedUpload } from './presigned-upload.ts'
import { uploadRunArtifact } from './upload.ts'

export { runArtifactUri } from './run-place.ts'

/** The artifacts of runs and of logged models, asked for by their owners' ids. */
export const ownedArtifactEndpoints: readonly Endpoint[] = [
  listRunArtifacts,
  downloadRunArtifact,
  uploadRunArtifact,
  presignedRunDownload,
  presignedUpload,
  listModelArtifacts,
  downloadModelArtifact,
]
