import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RunId } from './run.ts'
import { restoreRun as storeRestore } from './run-store.ts'

/** Takes the mark away that runs/delete made. */
export const restoreRun = write({
  route: 'POST /api/2.0/mlflow/runs/restore',
  summary: 'Restore a run that was marked as deleted',
  access: { permission: 'edit', on: ({ run_id }) => ({ run: run_id }) },
  input: object({ run_id: RunId }),
  output: object({}),
  async handler(tx, { run_id }) {
    await storeRestore(tx, run_id)
    return {}
  },
})
