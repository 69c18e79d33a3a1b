import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RunId, tagFields } from './run.ts'
import { activeRun } from './run-store.ts'
import { setTags } from './tag-store.ts'

/** Sets a tag, or changes it. The tag `mlflow.runName` renames the run. */
export const setTag = write({
  route: 'POST /api/2.0/mlflow/runs/set-tag',
  summary: 'Set a tag of a run',
  access: { permission: 'edit', on: ({ run_id }) => ({ run: run_id }) },
  input: object({ run_id: RunId, ...tagFields }),
  output: object({}),
  async handler(tx, { run_id, ...tag }) {
    await setTags(tx, await activeRun(tx, run_id), [tag])
    return {}
  },
})
