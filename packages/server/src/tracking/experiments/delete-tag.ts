import { write } from '../../http/endpoint.ts'
import { object, string } from '../../http/schema.ts'
import { ExperimentId } from './experiment.ts'
import { removeExperimentTag } from './experiment-store.ts'

export const deleteExperimentTag = write({
  route: 'POST /api/2.0/mlflow/experiments/delete-experiment-tag',
  summary: 'Take a tag from an experiment',
  access: { permission: 'edit', on: ({ experiment_id }) => ({ experiment: experiment_id }) },
  input: object({ experiment_id: ExperimentId, key: string({ min: 1, max: 250 }) }),
  output: object({}),
  async handler(tx, { experiment_id, key }) {
    await removeExperimentTag(tx, experiment_id, key)
    return {}
  },
})
