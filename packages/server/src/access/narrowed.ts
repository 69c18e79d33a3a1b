import type { Reader } from '../db/handles.ts'
import type { Caller, OnlyOn, Verdict, Visible } from '../http/access.ts'
import type { Endpoint, Filtered, Permission, Resource } from '../http/endpoint.ts'
import { ApiError } from '../http/errors.ts'
import { anchorOf, hidden } from './resources.ts'
import { contains, scopeFor } from './scope.ts'
import { isOfRoles, type OfThings } from './workspace-manager.ts'

/**
 * What those who are signed in may ask is about their account, or about the server: of that, a token for some things gets what tells of
 * neither more than it needs. What is not in this list is refused, also what is added later.
 */
const OPEN_TO_NARROWED: ReadonlySet<string> = new Set([
  'GET /api/2.0/mlflow/users/current',
  'GET /api/2.0/millrace/sessions/current',
  'GET /api/2.0/millrace/promotions/policy',
  'GET /api/3.0/mlflow/workspaces',
  'GET /api/3.0/mlflow/workspaces/{workspace_name}',
  'GET /openapi.json',
  'GET /docs/api',
  'GET /docs/assets/{file}',
  'GET /web/{file}',
  'GET /',
])

/** Why the caller's token is not enough for an endpoint, whatever the account may; undefined when it is. */
export function covers({ token }: Caller, endpoint: Endpoint): ApiError | undefined {
  const needed = scopeFor(endpoint)
  const has = token?.scopes.at(-1)
  if (has !== undefined && !contains(has, needed)) {
    return new ApiError('PERMISSION_DENIED', `Permission denied: this token is for scope "${has}", and this needs "${needed}".`)
  }
  if (!token?.only_on || !('signed_in' in endpoint.access) || OPEN_TO_NARROWED.has(endpoint.route)) return undefined
  return new ApiError('PERMISSION_DENIED', 'Permission denied: this token is for some experiments and models, and not for the account.')
}

/**
 * The no to what is outside of what a token was made for, also where its account may do it; undefined when all is inside, and the account
 * is to be looked at. What is outside is as though it were not there: a token that is found tells of nothing else.
 */
export async function outside(only_on: OnlyOn, permission: Permission, on: readonly Resource[], db: Reader): Promise<Verdict | undefined> {
  let verdict: Verdict | undefined
  for (const resource of on) {
    // What is the server's is nobody's experiment, and new experiments and models are none of those that were named.
    if ('server' in resource || isOfRoles(resource)) verdict = false
    else {
      const no = await notAmong(only_on, permission, resource, db)
      if (no instanceof ApiError) return no
      verdict = no ?? verdict
    }
  }
  return verdict
}

async function notAmong(only_on: OnlyOn, permission: Permission, resource: OfThings, db: Reader): Promise<Verdict | undefined> {
  const anchor = await anchorOf(db, resource)
  if ('code' in anchor) return anchor
  // Files of a version that belong to no run or model: the version itself is looked at besides.
  if (anchor.ids.length === 0 && 'version_files' in resource) return undefined
  const named = new Set(only_on[anchor.kind])
  const inside = anchor.ids.filter((id) => named.has(id)).length
  if (inside > 0 && inside === anchor.ids.length) return undefined
  // An evaluation dataset of several experiments is seen with any of them, and changed with all.
  const isSeen = inside > 0 && 'evaluation_dataset' in resource
  if (!isSeen) return hidden(resource)
  return permission === 'read' ? undefined : false
}

/** Of what the account may see, what the token was made for. */
export function shownTo(only_on: OnlyOn, kind: Filtered, visible: Visible): Visible {
  const ids = only_on[kind === 'registered_models' ? 'registered_model' : 'experiment']
  // Of scorers, only what is denied counts besides: a grant on one does not lead out of the experiments that were named.
  const { scorers, ...rest } = visible
  const apart = scorers && {
    scorers: { ...scorers, all: scorers.all === 'hidden' ? scorers.all : 'as their experiment', shown: [] } as const,
  }
  if (visible.mode === 'all') return { ...rest, ...apart, mode: 'only', ids }
  const of_account = new Set(visible.ids)
  return { ...rest, ...apart, mode: 'only', ids: ids.filter((id) => of_account.has(id) === (visible.mode === 'only')) }
}

/** What an admin's account sees, and what the account of a narrowed token does when it is one. */
export const seesAll = ({ is_admin, token }: Caller): boolean => is_admin || token?.of_admin === true
