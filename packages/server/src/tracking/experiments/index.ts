import type { Endpoint } from '../../http/endpoint.ts'
import { experimentsActivity } from './activity.ts'
import { createExperiment } from './create.ts'
import { deleteExperiment } from './delete.ts'
import { deleteExperimentTag } from './delete-tag.ts'
import { getExperiment } from './get.ts'
import { getExperimentByName } from './get-by-name.ts'
import { restoreExperiment } from './restore.ts'
import { searchExperiments } from './search.ts'
import { setExperimentTag } from './set-tag.ts'
import { experimentStorage } from './storage.ts'
import { updateExperiment } from './update.ts'

export { ensureDefaultExperiment } from './default-experiment.ts'
export { experimentKey } from './experiment.ts'
export { activeExperiment, activeExperimentKey, artifactLocations } from './locations.ts'
export { shownExperiments } from './shown.ts'

export const experimentEndpoints: readonly Endpoint[] = [
  createExperiment,
  getExperiment,
  getExperimentByName,
  searchExperiments,
  updateExperiment,
  deleteExperiment,
  restoreExperiment,
  setExperimentTag,
  deleteExperimentTag,
  experimentsActivity,
  experimentStorage,
]
