import { write } from '../../http/endpoint.ts'
import { object, string, withDefault } from '../../http/schema.ts'
import { entityName } from '../entity-names.ts'
import { ExperimentId, TAG_VALUE_MAX } from './experiment.ts'
import { putExperimentTag } from './experiment-store.ts'

export const setExperimentTag = write({
  route: 'POST /api/2.0/mlflow/experiments/set-experiment-tag',
  summary: 'Set a tag of an experiment',
  access: { permission: 'edit', on: ({ experiment_id }) => ({ experiment: experiment_id }) },
  input: object({ experiment_id: ExperimentId, key: entityName, value: withDefault(string({ max: TAG_VALUE_MAX }), '') }),
  output: object({}),
  async handler(tx, { experiment_id, key, value }) {
    await putExperimentTag(tx, experiment_id, key, value)
    return {}
  },
})
