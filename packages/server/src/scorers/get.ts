import { read } from '../http/endpoint.ts'
import { object, optional } from '../http/schema.ts'
import { ExperimentId, Scorer, ScorerName, ScorerVersionNumber, scorerNamed } from './scorer.ts'
import { scorerVersion } from './scorer-store.ts'

export const getScorer = read({
  route: 'GET /api/3.0/mlflow/scorers/get',
  summary: 'Get a version of a scorer, or its newest',
  access: { permission: 'read', on: scorerNamed },
  input: object({ experiment_id: ExperimentId, name: ScorerName, version: optional(ScorerVersionNumber) }),
  output: object({ scorer: Scorer }),
  handler: async (db, { experiment_id, name, version }) => ({ scorer: await scorerVersion(db, experiment_id, name, version) }),
})
