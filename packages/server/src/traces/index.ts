import type { Endpoint } from '../http/endpoint.ts'
import { batchGetTraces } from './batch-get.ts'
import { batchGetTraceInfos } from './batch-get-infos.ts'
import { calculateTraceFilterCorrelation } from './calculate-filter-correlation.ts'
import { createTrace } from './create.ts'
import { createAssessment } from './create-assessment.ts'
import { createTraceV2 } from './create-v2.ts'
import { deleteAssessment } from './delete-assessment.ts'
import { deleteTraceTag } from './delete-tags.ts'
import { deleteTraces } from './delete-traces.ts'
import { getTrace } from './get.ts'
import { getAssessment } from './get-assessment.ts'
import { getTraceInfo } from './get-info.ts'
import { getTraceInfoV2 } from './get-info-v2.ts'
import { getTraceArtifact } from './get-trace-artifact.ts'
import { linkPromptsToTrace } from './link-prompts.ts'
import { linkTracesToRun } from './link-to-run.ts'
import { listTracesV2 } from './list-v2.ts'
import { queryTraceMetrics } from './metrics.ts'
import { exportTraces } from './otlp/export-traces.ts'
import { searchTraces } from './search.ts'
import { setTraceTag } from './set-tags.ts'
import { updateAssessment } from './update-assessment.ts'
import { updateTraceV2 } from './update-v2.ts'

export { type Archival, archiveTraces, removeLeftArchives } from './archive/archive-traces.ts'
export { Archivist } from './archive/archivist.ts'
export { readRetention } from './archive/retention.ts'

export const traceEndpoints: readonly Endpoint[] = [
  createTrace,
  getTrace,
  getTraceInfo,
  batchGetTraces,
  batchGetTraceInfos,
  searchTraces,
  deleteTraces,
  setTraceTag,
  deleteTraceTag,
  linkTracesToRun,
  linkPromptsToTrace,
  calculateTraceFilterCorrelation,
  queryTraceMetrics,
  getTraceArtifact,
  createAssessment,
  getAssessment,
  updateAssessment,
  deleteAssessment,
  exportTraces,
  createTraceV2,
  updateTraceV2,
  getTraceInfoV2,
  listTracesV2,
]
