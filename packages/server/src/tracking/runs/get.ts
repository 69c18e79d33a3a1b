import { read } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { Run, RunId } from './run.ts'
import { runToWire } from './run-reader.ts'
import { findRun } from './run-store.ts'

export const getRun = read({
  route: 'GET /api/2.0/mlflow/runs/get',
  summary: 'Get a run by its id, deleted or not, with its params, tags and latest metrics',
  access: { permission: 'read', on: ({ run_id }) => ({ run: run_id }) },
  input: object({ run_id: RunId }),
  output: object({ run: Run }),
  handler: async (db, { run_id }) => ({ run: await runToWire(db, await findRun(db, run_id)) }),
})
