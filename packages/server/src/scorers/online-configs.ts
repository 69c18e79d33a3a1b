import { read } from '../http/endpoint.ts'
import { array, object, string } from '../http/schema.ts'
import { OnlineConfig } from './scorer.ts'
import { onlineConfigs } from './scorer-store.ts'
import { seenOf } from './seen.ts'

export const getOnlineScoringConfigs = read({
  route: 'GET /api/3.0/mlflow/scorers/online-configs',
  summary: 'Get how much of the traces scorers are to judge as they come in',
  access: { filtered: 'scorers' },
  input: object({ scorer_ids: array(string({ min: 1, max: 64 }), { max: 1_000 }) }),
  output: object({ configs: array(OnlineConfig) }),
  async handler(db, { scorer_ids }, { visible }) {
    return { configs: await seenOf(db, visible, await onlineConfigs(db, scorer_ids)) }
  },
})
