import type { FastifyRequest } from 'fastify'
import type { Reader } from '../db/handles.ts'
import type { Access, Permission, Resource } from './endpoint.ts'
import { ApiError } from './errors.ts'

/** Who makes a request. */
export type Caller = {
  /** The name that is recorded with what the caller does; empty for the local owner. */
  readonly user: string
  /** The account's id, which no other account ever gets; 0 for the local owner and for nobody. */
  readonly user_id: number
  /** Whether the caller may do everything, whatever was granted. */
  readonly is_admin: boolean
  readonly workspace: string
  /** The API token that the request came with; it may do less than its owner. */
  readonly token?: { readonly id: string; readonly scopes: readonly string[] }
  /** The address that the request came from; empty where none is known. */
  readonly address: string
}

/** Whoever calls a public endpoint: no one is asked who they are there. */
export const NOBODY: Caller = { user: '', user_id: 0, is_admin: false, workspace: 'default', address: '' }

/** Answers the two questions of access control, for every endpoint: the one place where authentication is plugged in. */
export type Authority = {
  /** @throws ApiError UNAUTHENTICATED when the request doesn't prove who makes it */
  identify(request: FastifyRequest): Caller | Promise<Caller>
  /** Whether the caller has the permission, or a stronger one, on each of these things. */
  permits(caller: Caller, permission: Permission, resources: readonly Resource[], db: Reader): boolean | Promise<boolean>
}

/**
 * The authority of a server without login, which listens on loopback only: whoever can reach it is its owner and may do everything.
 * What keeps other people's pages from using the owner's browser for that is `guard.ts`.
 */
export const localOwner: Authority = {
  identify: () => OWNER,
  permits: () => true,
}
const OWNER: Caller = { ...NOBODY, is_admin: true }

/**
 * Whether the caller may make this request; runs after the input is decoded and before the handler.
 * @throws ApiError PERMISSION_DENIED
 */
export async function requireAccess<Input>(
  authority: Authority,
  caller: Caller,
  access: Access<Input>,
  input: Input,
  db: Reader,
): Promise<void> {
  if ('public' in access || 'filtered' in access) return
  const on = access.on(input)
  const resources: readonly Resource[] = Array.isArray(on) ? on : [on as Resource]
  if (!(await authority.permits(caller, access.permission, resources, db))) throw denied(access.permission)
  const further = access.reads?.(input) ?? []
  if (further.length > 0 && !(await authority.permits(caller, 'read', further, db))) throw denied('read')
}

const denied = (permission: Permission): ApiError =>
  new ApiError('PERMISSION_DENIED', `Permission denied: this needs the permission to ${permission}.`)
