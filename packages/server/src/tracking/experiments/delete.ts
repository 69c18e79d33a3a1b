import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { ExperimentId } from './experiment.ts'
import { markExperimentDeleted } from './experiment-store.ts'

export const deleteExperiment = write({
  route: 'POST /api/2.0/mlflow/experiments/delete',
  summary: 'Mark an experiment and its runs as deleted; nothing is lost',
  access: { permission: 'manage', on: ({ experiment_id }) => ({ experiment: experiment_id }) },
  input: object({ experiment_id: ExperimentId }),
  output: object({}),
  async handler(tx, { experiment_id }, { now_ms }) {
    await markExperimentDeleted(tx, experiment_id, now_ms)
    return {}
  },
})
