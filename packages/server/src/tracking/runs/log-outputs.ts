import { write } from '../../http/endpoint.ts'
import { array, object } from '../../http/schema.ts'
import { addModelOutputs, ModelOutput } from '../datasets/index.ts'
import { RunId } from './run.ts'
import { activeRun } from './run-store.ts'
import { modelsNamed } from './written-by.ts'

export const logOutputs = write({
  route: 'POST /api/2.0/mlflow/runs/outputs',
  summary: 'Record the models that a run made',
  access: { permission: 'edit', on: ({ run_id }) => ({ run: run_id }), reads: ({ models }) => modelsNamed(models) },
  input: object({ run_id: RunId, models: array(ModelOutput, { max: 1000 }) }),
  output: object({}),
  async handler(tx, { run_id, models }) {
    await addModelOutputs(tx, await activeRun(tx, run_id), models)
    return {}
  },
})
