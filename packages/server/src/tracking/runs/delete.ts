import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RunId } from './run.ts'
import { deleteRun as storeDelete } from './run-store.ts'

/** Marks a run as deleted. It takes no writes until it is restored; `millrace gc` deletes it for good. */
export const deleteRun = write({
  route: 'POST /api/2.0/mlflow/runs/delete',
  summary: 'Mark a run as deleted; it can be restored',
  access: { permission: 'edit', on: ({ run_id }) => ({ run: run_id }) },
  input: object({ run_id: RunId }),
  output: object({}),
  async handler(tx, { run_id }, { now_ms }) {
    await storeDelete(tx, run_id, now_ms)
    return {}
  },
})
