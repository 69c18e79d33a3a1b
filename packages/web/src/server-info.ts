import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { api } from './api.ts'

/** Which optional parts the server has; that does not change while it runs. */
export function useServerInfo(): UseQueryResult<{ readonly workspaces_enabled: boolean }, Error> {
  return useQuery({
    queryKey: ['server-info'],
    queryFn: async () => (await (await api.request('/api/3.0/mlflow/server-info')).json()) as { workspaces_enabled: boolean },
    staleTime: Number.POSITIVE_INFINITY,
  })
}
