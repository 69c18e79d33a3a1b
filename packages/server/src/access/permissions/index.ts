import type { Endpoint } from '../../http/endpoint.ts'
import { createExperimentPermission } from './experiments/create.ts'
import { deleteExperimentPermission } from './experiments/delete.ts'
import { getExperimentPermission } from './experiments/get.ts'
import { updateExperimentPermission } from './experiments/update.ts'
import { createRegisteredModelPermission } from './registered-models/create.ts'
import { deleteRegisteredModelPermission } from './registered-models/delete.ts'
import { getRegisteredModelPermission } from './registered-models/get.ts'
import { updateRegisteredModelPermission } from './registered-models/update.ts'

/** Grants to users on experiments and registered models, as MLflow's clients make them. */
export const permissionEndpoints: readonly Endpoint[] = [
  createExperimentPermission,
  createRegisteredModelPermission,
  deleteExperimentPermission,
  deleteRegisteredModelPermission,
  getExperimentPermission,
  getRegisteredModelPermission,
  updateExperimentPermission,
  updateRegisteredModelPermission,
]
