import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { ExperimentId } from './experiment.ts'
import { markExperimentActive } from './experiment-store.ts'

export const restoreExperiment = write({
  route: 'POST /api/2.0/mlflow/experiments/restore',
  summary: 'Bring back an experiment and the runs that were deleted with it',
  access: { permission: 'manage', on: ({ experiment_id }) => ({ experiment: experiment_id }) },
  input: object({ experiment_id: ExperimentId }),
  output: object({}),
  async handler(tx, { experiment_id }, { now_ms }) {
    await markExperimentActive(tx, experiment_id, now_ms)
    return {}
  },
})
