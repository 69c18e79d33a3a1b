import type { Endpoint } from '../../http/endpoint.ts'
import { createRun } from './create.ts'
import { getRun } from './get.ts'
import { logInputs } from './log-inputs.ts'
import { logModel } from './log-model.ts'
import { logOutputs } from './log-outputs.ts'

export { Run } from './run.ts'
export { generatedRunName } from './run-name.ts'
export { runsToWire, runToWire } from './run-reader.ts'
export { activeRun, artifactUri, findRun, RUN_COLUMNS, type RunRow } from './run-store.ts'

export const runEndpoints: readonly Endpoint[] = [createRun, getRun, logInputs, logOutputs, logModel]
