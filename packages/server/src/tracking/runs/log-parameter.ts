import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { insertParams } from './param-store.ts'
import { paramFields, RunId } from './run.ts'
import { activeRun } from './run-store.ts'

/** Logs a param, which keeps its value for good: the same value again is fine, another is refused. */
export const logParameter = write({
  route: 'POST /api/2.0/mlflow/runs/log-parameter',
  summary: 'Log a param of a run',
  access: { permission: 'edit', on: ({ run_id }) => ({ run: run_id }) },
  input: object({ run_id: RunId, ...paramFields }),
  output: object({}),
  async handler(tx, { run_id, ...param }) {
    await insertParams(tx, await activeRun(tx, run_id), [param])
    return {}
  },
})
