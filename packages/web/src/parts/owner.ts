import type { Route } from '@millrace/client'
import { api } from '../api.ts'

/** What has a name, tags and a description that people change: an experiment or a run. */
export type Owner = { readonly experiment_id: string } | { readonly run_id: string }

/** Whose answers are others when something of it was changed. */
export const changesOf = (owner: Owner): readonly Route[] =>
  'run_id' in owner
    ? ['GET /api/2.0/mlflow/runs/get', 'POST /api/2.0/millrace/runs/table']
    : ['GET /api/2.0/mlflow/experiments/get', 'POST /api/2.0/mlflow/experiments/search']

export const rename = (owner: Owner, name: string): Promise<unknown> =>
  'run_id' in owner ? api.runs.update({ ...owner, run_name: name }) : api.experiments.update({ ...owner, new_name: name })

export const setTag = (owner: Owner, key: string, value: string): Promise<unknown> =>
  'run_id' in owner ? api.runs.setTag({ ...owner, key, value }) : api.experiments.setExperimentTag({ ...owner, key, value })

export const deleteTag = (owner: Owner, key: string): Promise<unknown> =>
  'run_id' in owner ? api.runs.deleteTag({ ...owner, key }) : api.experiments.deleteExperimentTag({ ...owner, key })
