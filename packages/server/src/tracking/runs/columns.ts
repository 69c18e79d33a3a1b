import { read } from '../../http/endpoint.ts'
import { array, object, string } from '../../http/schema.ts'
import { shownExperiments } from '../experiments/index.ts'
import { namesInUse } from './table-store.ts'

const EXPERIMENTS_MAX = 1_000
// What a thousand runs log, the newest two hundred log too; a name that only older ones have can still be typed.
const RUNS_LOOKED_AT = 200

/** What a table of runs can show: the names that the newest runs of some experiments logged. */
export const runsColumns = read({
  route: 'GET /api/2.0/millrace/runs/columns',
  summary: 'List the names of metrics, params and tags that the newest runs have',
  access: { filtered: 'experiments' },
  heavy: import.meta.url,
  input: object({ experiment_ids: array(string({ max: 256 }), { min: 1, max: EXPERIMENTS_MAX }) }),
  output: object({ metrics: array(string()), params: array(string()), tags: array(string()) }),
  async handler(db, { experiment_ids }, { visible }) {
    const experiments = await shownExperiments(db, experiment_ids, visible)
    const { latest_metric, param, tag } = await namesInUse(db, experiments, RUNS_LOOKED_AT)
    return { metrics: latest_metric, params: param, tags: tag }
  },
})
