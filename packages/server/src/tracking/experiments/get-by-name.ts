import { read } from '../../http/endpoint.ts'
import { object, string } from '../../http/schema.ts'
import { EXPERIMENT_NAME_MAX, Experiment } from './experiment.ts'
import { experimentByName } from './experiment-store.ts'

export const getExperimentByName = read({
  route: 'GET /api/2.0/mlflow/experiments/get-by-name',
  summary: 'Get an experiment by its name, deleted or not',
  access: { permission: 'read', on: ({ experiment_name }) => ({ experiment_name }) },
  input: object({ experiment_name: string({ min: 1, max: EXPERIMENT_NAME_MAX }) }),
  output: object({ experiment: Experiment }),
  handler: async (db, { experiment_name }) => ({ experiment: await experimentByName(db, experiment_name) }),
})
