import { write } from '../../http/endpoint.ts'
import { array, object, string, withDefault } from '../../http/schema.ts'
import { experimentKey } from '../experiments/index.ts'
import { datasetById, removeExperiments } from './dataset-store.ts'
import { DatasetId, EvaluationDataset, EXPERIMENTS_MAX } from './evaluation-dataset.ts'

/** Who may edit the dataset may take it off any experiment, also one that is gone or that they can't see. */
export const removeEvaluationDatasetExperiments = write({
  route: 'POST /api/3.0/mlflow/datasets/{dataset_id}/remove-experiments',
  summary: 'Take an evaluation dataset off experiments',
  access: { permission: 'edit', on: ({ dataset_id }) => ({ evaluation_dataset: dataset_id }) },
  input: object({
    dataset_id: DatasetId,
    experiment_ids: withDefault(array(string({ max: 20 }), { max: EXPERIMENTS_MAX }), []),
  }),
  output: object({ dataset: EvaluationDataset }),
  async handler(tx, { dataset_id, experiment_ids }, { now_ms }) {
    const experiments = experiment_ids.map(experimentKey).filter((key) => key !== undefined)
    await removeExperiments(tx, dataset_id, experiments, now_ms)
    return { dataset: await datasetById(tx, dataset_id) }
  },
})
