import type { FastifyRequest } from 'fastify'
import { ApiError } from './errors.ts'

export const WORKSPACE_HEADER = 'x-mlflow-workspace'
const DEFAULT = 'default'

/**
 * The name of the workspace that a request is for, as it was sent; the default one where it names none. Of several such headers Node makes
 * one text with commas between, which is no name: a proxy before this server might go by another of them than we.
 */
export function namedWorkspace({ headers }: FastifyRequest): string {
  const header = headers[WORKSPACE_HEADER]
  return (typeof header === 'string' ? header.trim() : '') || DEFAULT
}

/** Without workspaces only the default one is there. @throws ApiError FEATURE_DISABLED */
export function refuseOtherWorkspaces(request: FastifyRequest): void {
  if (request.headers[WORKSPACE_HEADER] === undefined || namedWorkspace(request) === DEFAULT) return
  throw new ApiError(
    'FEATURE_DISABLED',
    'Workspace APIs are not available: workspaces are not enabled on this server. Leave out the header X-MLFLOW-WORKSPACE (unset ' +
      'MLFLOW_WORKSPACE), or start the server with --enable-workspaces.',
  )
}
