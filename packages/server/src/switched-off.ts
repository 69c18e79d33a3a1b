import type { Settings } from './config.ts'
import { type Endpoint, stream } from './http/endpoint.ts'
import { ApiError } from './http/errors.ts'
import { object } from './http/schema.ts'

/** `--artifacts-only` and `--no-serve-artifacts`: what is turned off says so, as in MLflow, instead of seeming not to exist. */
export function servedOrOff(endpoint: Endpoint, settings: Settings): Endpoint {
  const isArtifacts = endpoint.route.includes('/mlflow-artifacts/')
  const always = 'public' in endpoint.access && !endpoint.route.includes('/api/')
  if (isArtifacts && !settings.serve_artifacts) return off(endpoint, 'with `--no-serve-artifacts`')
  if (endpoint.route.includes('/mlflow/workspaces') && !settings.workspaces) return withoutWorkspaces(endpoint)
  if (!isArtifacts && !always && settings.artifacts_only) return off(endpoint, 'in `--artifacts-only` mode')
  return endpoint
}

/** As though it were not there, for whoever may ask: MLflow's client then says in its own words that the server has no workspaces. */
const withoutWorkspaces = (endpoint: Endpoint): Endpoint => ({
  ...endpoint,
  handler: async () => {
    throw new ApiError('ENDPOINT_NOT_FOUND', 'This server has no workspaces: start it with --enable-workspaces.')
  },
})

function off({ route, also, summary }: Endpoint, how: string): Endpoint {
  const message = `This endpoint is disabled due to the server running ${how}; a server that runs without it answers here.`
  return stream({
    route,
    ...(also && { also }),
    summary,
    access: { public: 'it says that it is turned off and nothing else' },
    input: object({}),
    answers: 'That it is turned off',
    handler: async () => ({
      status: 503,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ error_code: 'TEMPORARILY_UNAVAILABLE', message }),
    }),
  })
}
