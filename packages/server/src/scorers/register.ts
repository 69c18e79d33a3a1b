import { grantToMaker } from '../access/grants.ts'
import { write } from '../http/endpoint.ts'
import { int64, object, string } from '../http/schema.ts'
import { ExperimentId, REGISTER_BODY_MAX_BYTES, ScorerName, SerializedScorer, scorerNamed } from './scorer.ts'
import { addVersion } from './scorer-store.ts'

/** MLflow refuses scorers that hold code unless it was switched on, because it runs them; here nothing does, so they are kept. */
export const registerScorer = write({
  route: 'POST /api/3.0/mlflow/scorers/register',
  summary: 'Register a scorer, or its next version; its code is kept as text and never run',
  access: { permission: 'edit', on: scorerNamed },
  input: object({ experiment_id: ExperimentId, name: ScorerName, serialized_scorer: SerializedScorer }),
  output: object({
    version: int64(),
    scorer_id: string(),
    experiment_id: string(),
    name: string(),
    serialized_scorer: string(),
    creation_time: int64({ description: 'Milliseconds since 1970' }),
  }),
  body_max_bytes: REGISTER_BODY_MAX_BYTES,
  async handler(tx, { experiment_id, name, serialized_scorer }, { now_ms, caller }) {
    const { scorer_version, scorer_id, made } = await addVersion(tx, experiment_id, name, serialized_scorer, now_ms)
    if (made !== undefined) await grantToMaker(tx, caller, 'scorer', made)
    return { version: scorer_version, scorer_id, experiment_id, name, serialized_scorer, creation_time: now_ms }
  },
})
