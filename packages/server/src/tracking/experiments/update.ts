import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { ExperimentId, ExperimentName } from './experiment.ts'
import { renameExperiment } from './experiment-store.ts'

export const updateExperiment = write({
  route: 'POST /api/2.0/mlflow/experiments/update',
  summary: 'Rename an experiment',
  access: { permission: 'edit', on: ({ experiment_id }) => ({ experiment: experiment_id }) },
  input: object({ experiment_id: ExperimentId, new_name: ExperimentName }),
  output: object({}),
  async handler(tx, { experiment_id, new_name }, { now_ms }) {
    await renameExperiment(tx, experiment_id, new_name, now_ms)
    return {}
  },
})
