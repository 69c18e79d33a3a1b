import { write } from '../http/endpoint.ts'
import { object, optional } from '../http/schema.ts'
import { ExperimentId, ScorerName, ScorerVersionNumber, scorerNamed } from './scorer.ts'
import { removeScorer } from './scorer-store.ts'

export const deleteScorer = write({
  route: 'DELETE /api/3.0/mlflow/scorers/delete',
  summary: 'Delete a version of a scorer, or the whole scorer, for good',
  access: { permission: 'edit', on: scorerNamed },
  input: object({ experiment_id: ExperimentId, name: ScorerName, version: optional(ScorerVersionNumber) }),
  output: object({}),
  async handler(tx, { experiment_id, name, version }) {
    await removeScorer(tx, experiment_id, name, version)
    return {}
  },
})
