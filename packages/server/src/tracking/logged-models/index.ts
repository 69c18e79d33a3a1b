import type { Reader } from '../../db/handles.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import { createLoggedModel } from './create.ts'
import { deleteLoggedModel } from './delete.ts'
import { deleteLoggedModelTag } from './delete-tag.ts'
import { finalizeLoggedModel } from './finalize.ts'
import { getLoggedModel } from './get.ts'
import { logLoggedModelParams } from './log-params.ts'
import { activeModel } from './model-store.ts'
import { restoreLoggedModel } from './restore.ts'
import { searchLoggedModels } from './search.ts'
import { setLoggedModelTags } from './set-tags.ts'

export { type LoggedMetric, modelIdsOf, recordModelMetrics } from './model-metrics.ts'
export { findModel, heldModel, setModelTags } from './model-store.ts'

/** Where a model's artifacts are. @throws ApiError RESOURCE_DOES_NOT_EXIST when there is no such model, or it was deleted. */
export async function loggedModelLocation(db: Reader, model_id: string): Promise<string> {
  return (await activeModel(db, model_id)).artifact_location
}

export const loggedModelEndpoints: readonly Endpoint[] = [
  createLoggedModel,
  getLoggedModel,
  finalizeLoggedModel,
  deleteLoggedModel,
  restoreLoggedModel,
  searchLoggedModels,
  setLoggedModelTags,
  deleteLoggedModelTag,
  logLoggedModelParams,
]
