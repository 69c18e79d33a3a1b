import { read } from '../http/endpoint.ts'
import { array, object } from '../http/schema.ts'
import { ExperimentId, Scorer, ScorerName, scorerNamed } from './scorer.ts'
import { versionsOf } from './scorer-store.ts'

export const listScorerVersions = read({
  route: 'GET /api/3.0/mlflow/scorers/versions',
  summary: 'List every version of a scorer, the oldest first',
  access: { permission: 'read', on: scorerNamed },
  input: object({ experiment_id: ExperimentId, name: ScorerName }),
  output: object({ scorers: array(Scorer) }),
  heavy: import.meta.url,
  handler: async (db, { experiment_id, name }) => ({ scorers: await versionsOf(db, experiment_id, name) }),
})
