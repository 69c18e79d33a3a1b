import { query } from '../../db/handles.ts'
import { read } from '../../http/endpoint.ts'
import { array, int64, object, optional, string } from '../../http/schema.ts'
import { shownExperiments } from './shown.ts'

const EXPERIMENTS_MAX = 1_000

const ACTIVITY = query<{ experiment: number; runs: number; last: number | null }>(
  (dialect) => `select experiment, count(*) runs, max(start_ms) last from run
    where ${dialect.inIntegers('experiment')} and deleted_ms is null group by experiment`,
)

/** How much goes on in some experiments: for a list of them. */
export const experimentsActivity = read({
  route: 'GET /api/2.0/millrace/experiments/activity',
  summary: 'Count the runs of experiments, and say when the last one started',
  access: { filtered: 'experiments' },
  heavy: import.meta.url,
  input: object({ experiment_ids: array(string({ max: 256 }), { min: 1, max: EXPERIMENTS_MAX }) }),
  output: object({
    experiments: array(
      object({ experiment_id: string(), runs: int64(), last_start_time: optional(int64({ description: 'Milliseconds since 1970' })) }),
    ),
  }),
  async handler(db, { experiment_ids }, { visible }) {
    const wanted = await shownExperiments(db, experiment_ids, visible)
    const found = await db.all(ACTIVITY, db.dialect.list(wanted))
    return {
      experiments: found.map(({ experiment, runs, last }) => ({
        experiment_id: String(experiment),
        runs,
        ...(last !== null && { last_start_time: last }),
      })),
    }
  },
})
