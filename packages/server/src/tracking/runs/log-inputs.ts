import { write } from '../../http/endpoint.ts'
import { array, object, withDefault } from '../../http/schema.ts'
import { addDatasetInputs, addModelInputs, DatasetInput, ModelInput } from '../datasets/index.ts'
import { RunId } from './run.ts'
import { activeRun } from './run-store.ts'
import { modelsNamed } from './written-by.ts'

export const logInputs = write({
  route: 'POST /api/2.0/mlflow/runs/log-inputs',
  summary: 'Record the datasets and models that a run read',
  access: { permission: 'edit', on: ({ run_id }) => ({ run: run_id }), reads: ({ models }) => modelsNamed(models) },
  input: object({
    run_id: RunId,
    datasets: withDefault(array(DatasetInput, { max: 1000 }), []),
    models: withDefault(array(ModelInput, { max: 1000 }), []),
  }),
  output: object({}),
  // A profile of 16 MiB whose quotes are escaped, and the rest.
  body_max_bytes: 40 * 2 ** 20,
  async handler(tx, { run_id, datasets, models }) {
    const run = await activeRun(tx, run_id)
    await addDatasetInputs(tx, run, datasets)
    await addModelInputs(tx, run, models)
    return {}
  },
})
