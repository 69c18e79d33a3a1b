import type { Endpoint } from '../../http/endpoint.ts'
import { createExperiment } from './create.ts'
import { getExperiment } from './get.ts'

export { experimentKey } from './experiment.ts'
export { activeExperiment, artifactLocations } from './locations.ts'

export const experimentEndpoints: readonly Endpoint[] = [createExperiment, getExperiment]
