import { write } from '../http/endpoint.ts'
import { invalid } from '../http/errors.ts'
import { double, object, optional, string } from '../http/schema.ts'
import { ExperimentId, OnlineConfig, ScorerName, scorerNamed } from './scorer.ts'
import { putOnlineConfig } from './scorer-store.ts'

/** Nothing here judges traces by itself: the configuration is kept for the client, or a worker, that does. */
export const setOnlineScoringConfig = write({
  route: 'PUT /api/3.0/mlflow/scorers/online-config',
  summary: 'Say how much of the traces a scorer is to judge as they come in',
  access: { permission: 'edit', on: scorerNamed },
  input: object({
    experiment_id: ExperimentId,
    name: ScorerName,
    sample_rate: double({ description: 'From 0 to 1' }),
    filter_string: optional(string({ max: 10_000, description: 'Which traces, in the language of their search' })),
  }),
  output: object({ config: OnlineConfig }),
  async handler(tx, { experiment_id, name, sample_rate, filter_string }) {
    if (!(sample_rate >= 0 && sample_rate <= 1)) throw invalid(`sample_rate must be between 0.0 and 1.0, not ${sample_rate}.`)
    return { config: await putOnlineConfig(tx, experiment_id, name, { sample_rate, filter_string }) }
  },
})
