import { write } from '../../http/endpoint.ts'
import { enumOf, int64, object, optional, string } from '../../http/schema.ts'
import { artifactLocations } from '../experiments/index.ts'
import { RUN_NAME_MAX, RUN_NAME_TAG, RUN_STATUSES, RunId, RunInfo } from './run.ts'
import { infoOf, updateRun as storeUpdate } from './run-store.ts'
import { setTags } from './tag-store.ts'

/** Changes what is given: a run's status, end and name. */
export const updateRun = write({
  route: 'POST /api/2.0/mlflow/runs/update',
  summary: "Change a run's status, end or name",
  access: { permission: 'edit', on: ({ run_id }) => ({ run: run_id }) },
  input: object({
    run_id: RunId,
    status: optional(enumOf(RUN_STATUSES)),
    end_time: optional(int64({ description: 'Milliseconds since 1970' })),
    run_name: optional(string({ max: RUN_NAME_MAX, description: 'An empty name changes nothing' })),
  }),
  output: object({ run_info: RunInfo }),
  async handler(tx, { run_id, ...changes }) {
    const run = await storeUpdate(tx, run_id, changes)
    if (changes.run_name) await setTags(tx, run, [{ key: RUN_NAME_TAG, value: changes.run_name }])
    const locations = await artifactLocations(tx, [run.experiment])
    return { run_info: infoOf(run, locations.get(run.experiment) as string) }
  },
})
