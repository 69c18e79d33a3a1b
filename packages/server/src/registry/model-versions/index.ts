import type { Endpoint } from '../../http/endpoint.ts'
import { createModelVersion } from './create.ts'
import { deleteModelVersion } from './delete.ts'
import { deleteModelVersionTag } from './delete-tag.ts'
import { getModelVersion } from './get.ts'
import { getModelVersionArtifact } from './get-artifact.ts'
import { getModelVersionDownloadUri } from './get-download-uri.ts'
import { getModelVersionManifest } from './manifest.ts'
import { getModelVersionScan } from './scan.ts'
import { searchModelVersions } from './search.ts'
import { setModelVersionTag } from './set-tag.ts'
import { transitionModelVersionStage } from './transition-stage.ts'
import { updateModelVersion } from './update.ts'

export { ModelVersion, READY as READY_STATUS, STAGES, Stage } from './model-version.ts'
export { experimentOfFiles } from './source-owner.ts'
export { versionsToWire, versionToWire } from './version-reader.ts'
export {
  archiveVersion,
  latestVersions,
  newestVersion,
  setStage,
  type VersionRow,
  versionByAlias,
  versionByNumber,
  versionToMove,
} from './version-store.ts'

/** The versions of registered models and of prompts. */
export const modelVersionEndpoints: readonly Endpoint[] = [
  createModelVersion,
  getModelVersion,
  updateModelVersion,
  deleteModelVersion,
  searchModelVersions,
  transitionModelVersionStage,
  getModelVersionDownloadUri,
  getModelVersionArtifact,
  getModelVersionManifest,
  getModelVersionScan,
  setModelVersionTag,
  deleteModelVersionTag,
]
