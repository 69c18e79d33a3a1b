import type { Endpoint } from '../../http/endpoint.ts'
import { logInputs } from './log-inputs.ts'
import { logOutputs } from './log-outputs.ts'
import { searchDatasets } from './search.ts'

export { CONTEXT_TAG, RunInputs, RunOutputs } from './dataset.ts'
export { linksOf, type RunLinks } from './run-links.ts'

export const datasetEndpoints: readonly Endpoint[] = [logInputs, logOutputs, searchDatasets]
