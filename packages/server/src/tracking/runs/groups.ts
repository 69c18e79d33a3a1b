import { read } from '../../http/endpoint.ts'
import { nullable } from '../../http/free-form.ts'
import { array, boolean, double, enumOf, int64, object, string, withDefault } from '../../http/schema.ts'
import { shownExperiments } from '../experiments/index.ts'
import { parseFilter, viewType } from '../search/index.ts'
import { countGroups, type Spread, spreadOf } from './group-store.ts'
import { runLanguage } from './search-language.ts'
import { idsOfRuns } from './search-query.ts'

const EXPERIMENTS_MAX = 1_000
const METRICS_MAX = 20
const GROUPS_MAX = 500

const SpreadOnWire = object({ count: int64(), mean: double(), std: double(), min: double(), max: double() })

/** Runs taken together by what they have in a param or a tag: seeds of one setting, with the mean of their metrics and their spread. */
export const runsGroups = read({
  route: 'POST /api/2.0/millrace/runs/groups',
  summary: 'Take runs together by a param or a tag, with mean, standard deviation, lowest and highest of metrics',
  access: { filtered: 'experiments' },
  heavy: import.meta.url,
  input: object({
    experiment_ids: array(string({ max: 256 }), { max: EXPERIMENTS_MAX }),
    filter: withDefault(string(), ''),
    run_view_type: withDefault(viewType, 'ACTIVE_ONLY'),
    kind: enumOf(['params', 'tags']),
    name: string({ max: 256 }),
    metrics: withDefault(array(string({ max: 256 }), { max: METRICS_MAX }), []),
  }),
  output: object({
    groups: array(
      object({
        value: nullable(string({ description: 'What the runs of the group have; null: nothing' })),
        runs: int64(),
        metrics: array(nullable(SpreadOnWire), {
          description: 'In the order of the metrics that were asked for; null where no run has logged it',
        }),
      }),
    ),
    more: boolean({ description: 'There are more groups than these, each of fewer runs' }),
  }),
  async handler(db, { experiment_ids, filter, run_view_type, metrics, kind, name }, { visible }) {
    const experiments = await shownExperiments(db, experiment_ids, visible)
    if (experiments.length === 0) return { groups: [], more: false }
    const found = await idsOfRuns(db, { experiments, view: run_view_type, clauses: parseFilter(filter, runLanguage) })
    const counted = await countGroups(db, found, { kind, name }, GROUPS_MAX + 1)
    const spreads: Map<string | null, Spread>[] = []
    for (const metric of metrics) spreads.push(await spreadOf(db, found, { kind, name }, metric))
    const groups = counted
      .slice(0, GROUPS_MAX)
      .map(({ v, n }) => ({ value: v, runs: n, metrics: spreads.map((spread) => spread.get(v) ?? null) }))
    return { groups, more: counted.length > GROUPS_MAX }
  },
})
