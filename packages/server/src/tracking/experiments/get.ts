import { read } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { Experiment, ExperimentId } from './experiment.ts'
import { experimentById } from './experiment-store.ts'

export const getExperiment = read({
  route: 'GET /api/2.0/mlflow/experiments/get',
  summary: 'Get an experiment by its id, deleted or not',
  access: { permission: 'read', on: ({ experiment_id }) => ({ experiment: experiment_id }) },
  input: object({ experiment_id: ExperimentId }),
  output: object({ experiment: Experiment }),
  handler: async (db, { experiment_id }) => ({ experiment: await experimentById(db, experiment_id) }),
})
