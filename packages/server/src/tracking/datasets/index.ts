import type { Endpoint } from '../../http/endpoint.ts'
import { searchDatasets } from './search.ts'

export { CONTEXT_TAG, DatasetInput, ModelInput, ModelOutput, RunInputs, RunOutputs } from './dataset.ts'
export { addDatasetInputs, addModelInputs, addModelOutputs } from './input-store.ts'
export { linksOf, type RunLinks } from './run-links.ts'

export const datasetEndpoints: readonly Endpoint[] = [searchDatasets]
