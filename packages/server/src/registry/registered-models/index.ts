import type { Endpoint } from '../../http/endpoint.ts'
import { createRegisteredModel } from './create.ts'
import { deleteRegisteredModel } from './delete.ts'
import { deleteRegisteredModelAlias } from './delete-alias.ts'
import { deleteRegisteredModelTag } from './delete-tag.ts'
import { getRegisteredModel } from './get.ts'
import { getModelVersionByAlias } from './get-by-alias.ts'
import { getLatestVersions } from './get-latest-versions.ts'
import { renameRegisteredModel } from './rename.ts'
import { searchRegisteredModels } from './search.ts'
import { setRegisteredModelAlias } from './set-alias.ts'
import { setRegisteredModelTag } from './set-tag.ts'
import { updateRegisteredModel } from './update.ts'

export { setAlias } from './model-store.ts'

/** Registered models and prompts, which are one thing on the wire. */
export const registeredModelEndpoints: readonly Endpoint[] = [
  createRegisteredModel,
  getRegisteredModel,
  renameRegisteredModel,
  updateRegisteredModel,
  deleteRegisteredModel,
  searchRegisteredModels,
  getLatestVersions,
  setRegisteredModelTag,
  deleteRegisteredModelTag,
  setRegisteredModelAlias,
  deleteRegisteredModelAlias,
  getModelVersionByAlias,
]
