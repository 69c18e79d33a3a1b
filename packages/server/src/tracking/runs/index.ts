import type { Endpoint } from '../../http/endpoint.ts'
import { createRun } from './create.ts'
import { getRun } from './get.ts'

export { Run } from './run.ts'
export { runsToWire, runToWire } from './run-reader.ts'
export { activeRun, artifactUri, findRun, RUN_COLUMNS, type RunRow } from './run-store.ts'

export const runEndpoints: readonly Endpoint[] = [createRun, getRun]
