import type { FastifyRequest } from 'fastify'
import type { Level } from '../access/level.ts'
import { DEFAULT_WORKSPACE, type Reader } from '../db/handles.ts'
import type { Access, Endpoint, Filtered, Permission, Resource } from './endpoint.ts'
import { ApiError } from './errors.ts'

/** Who makes a request: plain data, which goes to other threads too. */
export type Caller = {
  /** The name that is recorded with what the caller does; empty for the local owner. */
  readonly user: string
  /** The account's id, which nobody else ever gets; 0 for the local owner and for nobody. */
  readonly user_id: number
  readonly is_admin: boolean
  /** The workspace that the request is for, and its number inside. */
  readonly workspace: string
  readonly workspace_id: number
  /** The token by which the caller came, if it was one. */
  readonly token?: CallersToken
  /** The id of the browser's session, if the caller came by one. */
  readonly session?: string
  /** The network address of the request; empty where it plays no part. */
  readonly address: string
}

/** A token that was made for some things only is for no others, whatever its account may. */
export type CallersToken = {
  readonly id: string
  readonly scopes: readonly string[]
  readonly only_on?: OnlyOn
  /** It is narrowed, and its account is an admin's: `is_admin` is false, so that nothing takes the one for the other. */
  readonly of_admin?: true
}

/** Things by their internal ids. */
export type OnlyOn = { readonly experiment: readonly number[]; readonly registered_model: readonly number[] }

/** Which experiments or registered models a caller may read, by internal id. */
export type Visible = (
  | { readonly mode: 'all' }
  | { readonly mode: 'only'; readonly ids: readonly number[] }
  | { readonly mode: 'except'; readonly ids: readonly number[] }
) & {
  /** Of scorers, which follow their experiment: what is granted or denied on them apart from it. */
  readonly scorers?: {
    readonly all: 'shown' | 'hidden' | 'as their experiment'
    readonly shown: readonly number[]
    readonly hidden: readonly number[]
    readonly denied_experiments: readonly number[]
  }
  /** Besides: only what is in this workspace. Without workspaces there is nothing to leave out. */
  readonly within?: { readonly table: 'experiment' | 'registered_model'; readonly workspace: number }
}

/**
 * Whether a caller may: yes; no, though the thing may be seen; or the error that tells of a thing that is not there, because it isn't or
 * because the caller may not know of it. The caller can't tell the two apart (security case AZ-16): they are made in one place.
 */
export type Verdict = boolean | ApiError

/** Answers the questions of access control, for every endpoint: the one place where authentication is plugged in. */
export type Authority = {
  /** What an account may do to a thing for which it was granted nothing: everything, where nobody signs in. */
  readonly default_permission?: Level
  /** @throws ApiError UNAUTHENTICATED when the request doesn't prove who makes it */
  identify(request: FastifyRequest): Caller | Promise<Caller>
  /** Why what the caller came by, a token, is not enough for the endpoint, whatever the account may; undefined when it is. */
  covers?(caller: Caller, endpoint: Endpoint): ApiError | undefined
  /** Whether the caller has the permission, or a stronger one, on each of these things. */
  permits(caller: Caller, permission: Permission, resources: readonly Resource[], db: Reader): Verdict | Promise<Verdict>
  /** What an endpoint that answers only what may be read shows to the caller. */
  visible(caller: Caller, kind: Filtered, db: Reader): Visible | Promise<Visible>
}

/** Everything is shown: to the owner, and by endpoints that are not filtered. */
export const ALL: Visible = { mode: 'all' }

const UNNAMED = { user: '', user_id: 0, workspace: 'default', workspace_id: DEFAULT_WORKSPACE, address: '' }
/** Whoever reaches a server without login. */
export const OWNER: Caller = { ...UNNAMED, is_admin: true }
/** The caller of a public endpoint, who isn't asked. */
export const NOBODY: Caller = { ...UNNAMED, is_admin: false }

/**
 * The authority of a server without login, which listens on loopback only: whoever can reach it is its owner and may do everything.
 * What keeps other people's pages from using the owner's browser for that is `guard.ts`.
 */
export const localOwner: Authority = {
  identify: () => OWNER,
  permits: () => true,
  visible: () => ALL,
}

/**
 * Whether the caller may make this request; runs after the input is decoded and before the handler, for an endpoint that writes inside
 * its transaction, so that the thing that was looked at is the one that is written (security case AZ-14).
 * @throws ApiError PERMISSION_DENIED, RESOURCE_DOES_NOT_EXIST
 */
export async function requireAccess<Input>(
  authority: Authority,
  caller: Caller,
  access: Access<Input>,
  input: Input,
  db: Reader,
): Promise<void> {
  if ('public' in access || 'filtered' in access) return
  if ('signed_in' in access) {
    const named = access.reads?.(input) ?? []
    if (named.length > 0) await requireRead(authority, caller, named, db)
    return
  }
  const on = access.on(input)
  const resources: readonly Resource[] = Array.isArray(on) ? on : [on as Resource]
  // A request that names nothing is not a request about everything.
  if (resources.length === 0 && !caller.is_admin) throw denied(access.permission)
  const verdict = await authority.permits(caller, access.permission, resources, db)
  if (verdict === false || (verdict !== true && access.unseen === 'denied')) throw denied(access.permission)
  if (verdict !== true) throw verdict
  const further = access.reads?.(input) ?? []
  if (further.length > 0) await requireRead(authority, caller, further, db)
}

async function requireRead(authority: Authority, caller: Caller, on: readonly Resource[], db: Reader): Promise<void> {
  const verdict = await authority.permits(caller, 'read', on, db)
  if (verdict === false) throw denied('read')
  if (verdict !== true) throw verdict
}

const denied = (permission: Permission): ApiError =>
  new ApiError('PERMISSION_DENIED', `Permission denied: this needs the permission to ${permission}.`)
