import type { Endpoint } from '../../http/endpoint.ts'
import { addEvaluationDatasetExperiments } from './add-experiments.ts'
import { createEvaluationDataset } from './create.ts'
import { deleteEvaluationDataset } from './delete.ts'
import { deleteEvaluationRecords } from './delete-records.ts'
import { deleteEvaluationDatasetTag } from './delete-tag.ts'
import { getEvaluationDatasetExperiments } from './experiment-ids.ts'
import { getEvaluationDataset } from './get.ts'
import { getEvaluationRecords } from './get-records.ts'
import { removeEvaluationDatasetExperiments } from './remove-experiments.ts'
import { searchEvaluationDatasets } from './search.ts'
import { setEvaluationDatasetTags } from './set-tags.ts'
import { upsertEvaluationRecords } from './upsert-records.ts'

export const evaluationDatasetEndpoints: readonly Endpoint[] = [
  createEvaluationDataset,
  getEvaluationDataset,
  deleteEvaluationDataset,
  searchEvaluationDatasets,
  setEvaluationDatasetTags,
  deleteEvaluationDatasetTag,
  upsertEvaluationRecords,
  getEvaluationRecords,
  deleteEvaluationRecords,
  getEvaluationDatasetExperiments,
  addEvaluationDatasetExperiments,
  removeEvaluationDatasetExperiments,
]
