import type { Output } from '@millrace/client'
import { useQueries } from '@tanstack/react-query'
import { api } from '../api.ts'

const ROUTE = 'GET /api/2.0/mlflow/logged-models/{model_id}'
/** As many models as are asked for at a time: each is a request. */
export const ASKED_MAX = 50

type Run = Output<'GET /api/2.0/mlflow/runs/get'>['run']
export type LoggedModel = Output<typeof ROUTE>['model']

/** The ids of the models that a run made, or only read. */
export const modelIds = (links: readonly { model_id: string }[] | undefined): string[] => [
  ...new Set((links ?? []).map(({ model_id }) => model_id)),
]
/** The ids of the models that a run made. */
export const madeBy = ({ outputs }: Pick<Run, 'outputs'>): string[] => modelIds(outputs?.model_outputs)

/** Logged models by their ids, as many as are wanted; one that may not be read, or is gone, is left out. */
export function useLoggedModels(ids: readonly string[], most = ASKED_MAX): { models: readonly LoggedModel[]; isPending: boolean } {
  return useQueries({
    queries: ids.slice(0, most).map((model_id) => ({
      queryKey: [ROUTE, { model_id }],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.call(ROUTE, { model_id }, { signal }),
    })),
    combine: (results) => ({
      models: results.flatMap(({ data }) => data?.model ?? []),
      isPending: results.some(({ isPending }) => isPending),
    }),
  })
}
