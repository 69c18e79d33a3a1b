import { write } from '../../http/endpoint.ts'
import { object, string } from '../../http/schema.ts'
import { KEY_MAX, RunId } from './run.ts'
import { activeRun } from './run-store.ts'
import { deleteTag as storeDelete } from './tag-store.ts'

/** Takes a tag away, which can't be undone. */
export const deleteTag = write({
  route: 'POST /api/2.0/mlflow/runs/delete-tag',
  summary: 'Delete a tag of a run',
  access: { permission: 'edit', on: ({ run_id }) => ({ run: run_id }) },
  input: object({ run_id: RunId, key: string({ min: 1, max: KEY_MAX }) }),
  output: object({}),
  async handler(tx, { run_id, key }) {
    await storeDelete(tx, await activeRun(tx, run_id), key)
    return {}
  },
})
