import type { Resource } from '../../http/endpoint.ts'
import { type LoggedMetric, modelIdsOf } from '../logged-models/index.ts'

/** What logging metrics writes to: the run, and the models that the metrics are about. */
export function writtenBy(run_id: string, metrics: readonly LoggedMetric[]): readonly Resource[] {
  return [{ run: run_id }, ...modelIdsOf(metrics).map((logged_model) => ({ logged_model }))]
}

/** The models that a run is said to have read or made: who says so must be able to see them. */
export const modelsNamed = (models: readonly { readonly model_id: string }[]): readonly Resource[] =>
  models.map(({ model_id }) => ({ logged_model: model_id }))
