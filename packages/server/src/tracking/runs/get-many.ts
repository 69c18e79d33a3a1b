import { read } from '../../http/endpoint.ts'
import { array, object, string } from '../../http/schema.ts'
import { Run } from './run.ts'
import { runsToWire } from './run-reader.ts'
import { findRuns } from './run-store.ts'

const RUNS_MAX = 200

/** Runs by their ids: to compare two hundred takes one question. Those that aren't there, or aren't shown, are left out. */
export const getManyRuns = read({
  route: 'POST /api/2.0/millrace/runs/get-many',
  summary: 'Get runs by their ids, with their params, tags and latest metrics',
  access: { filtered: 'experiments' },
  heavy: import.meta.url,
  input: object({ run_ids: array(string({ max: 256 }), { min: 1, max: RUNS_MAX }) }),
  output: object({ runs: array(Run) }),
  async handler(db, { run_ids }, { visible }) {
    const found = new Map((await findRuns(db, [...new Set(run_ids)], visible)).map((row) => [row.run_id, row]))
    return {
      runs: await runsToWire(
        db,
        [...new Set(run_ids)].flatMap((id) => found.get(id) ?? []),
      ),
    }
  },
})
