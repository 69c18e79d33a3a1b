import { seesAmong } from '../access/visible.ts'
import { read } from '../http/endpoint.ts'
import { array, object, string } from '../http/schema.ts'
import { OnlineConfig } from './scorer.ts'
import { onlineConfigs } from './scorer-store.ts'

export const getOnlineScoringConfigs = read({
  route: 'GET /api/3.0/mlflow/scorers/online-configs',
  summary: 'Get how much of the traces scorers are to judge as they come in',
  access: { filtered: 'scorers' },
  input: object({ scorer_ids: array(string({ min: 1, max: 64 }), { max: 1_000 }) }),
  output: object({ configs: array(OnlineConfig) }),
  async handler(db, { scorer_ids }, { visible }) {
    const configs = await onlineConfigs(db, scorer_ids)
    const sees = await seesAmong(
      db,
      visible,
      configs.map(({ experiment_id }) => Number(experiment_id)),
    )
    return { configs: configs.filter(({ experiment_id }) => sees(Number(experiment_id))) }
  },
})
