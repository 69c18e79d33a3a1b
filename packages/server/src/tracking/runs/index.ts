import type { Endpoint } from '../../http/endpoint.ts'
import { runsColumns } from './columns.ts'
import { createRun } from './create.ts'
import { createPromptlabRun } from './create-promptlab-run.ts'
import { deleteRun } from './delete.ts'
import { deleteTag } from './delete-tag.ts'
import { getRun } from './get.ts'
import { getManyRuns } from './get-many.ts'
import { runsGroups } from './groups.ts'
import { liveRuns } from './live.ts'
import { logBatch } from './log-batch.ts'
import { logInputs } from './log-inputs.ts'
import { logMetric } from './log-metric.ts'
import { logModel } from './log-model.ts'
import { logOutputs } from './log-outputs.ts'
import { logParameter } from './log-parameter.ts'
import { restoreRun } from './restore.ts'
import { searchRuns } from './search.ts'
import { setTag } from './set-tag.ts'
import { runsTable } from './table.ts'
import { updateRun } from './update.ts'

export { Run } from './run.ts'
export { generatedRunName } from './run-name.ts'
export { runsToWire, runToWire } from './run-reader.ts'
export { activeRun, artifactUri, findRun, heldRun, RUN_COLUMNS, type RunRow } from './run-store.ts'

export const runEndpoints: readonly Endpoint[] = [
  createRun,
  createPromptlabRun,
  getRun,
  getManyRuns,
  updateRun,
  deleteRun,
  restoreRun,
  logMetric,
  logParameter,
  logBatch,
  setTag,
  deleteTag,
  logInputs,
  logOutputs,
  logModel,
  searchRuns,
  runsTable,
  runsGroups,
  liveRuns,
  runsColumns,
]
