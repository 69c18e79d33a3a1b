import type { Reader } from '../db/handles.ts'
import { type Authority, type Caller, localOwner } from './access.ts'
import type { Endpoint, Resource } from './endpoint.ts'
import { invalid } from './errors.ts'
import { type Finder, finderFor, finderForInput, type Hit } from './masking.ts'

/** Whose credentials an answer holds: a name for each owner, empty for what the request itself is about. */
export type OwnerName = string

const nameOf = (owner: Hit['owner']): OwnerName => (owner === undefined ? '' : JSON.stringify(owner))

const finders = new WeakMap<Endpoint, { readonly find: Finder | undefined }>()

function finderOf(endpoint: Endpoint): Finder | undefined {
  if (endpoint.kind === 'stream') return undefined
  let known = finders.get(endpoint)
  if (!known) {
    known = { find: finderFor(endpoint.output.json) }
    finders.set(endpoint, known)
  }
  return known.find
}

/** What in an answer looks like a credential. */
export function credentialsIn(endpoint: Endpoint, input: unknown, output: unknown): readonly Hit[] {
  const hits: Hit[] = []
  finderOf(endpoint)?.(output, undefined, hits, input)
  return hits
}

export const ownersOf = (hits: readonly Hit[]): readonly OwnerName[] => [...new Set(hits.map(({ owner }) => nameOf(owner)))]

/** Hides those that are not among the owners that the caller manages. */
export function hideOthers(hits: readonly Hit[], managed: readonly OwnerName[]): void {
  const seen = new Set(managed)
  for (const hit of hits) if (!seen.has(nameOf(hit.owner))) hit.hide()
}

/** Whether credentials in this endpoint's answers are to be hidden from the caller: admins and the local owner manage everything. */
export const isMasked = (endpoint: Endpoint, authority: Authority, caller: Caller): boolean =>
  authority !== localOwner && !caller.is_admin && finderOf(endpoint) !== undefined

/** Which of the owners the caller manages. */
export async function managedBy(
  authority: Authority,
  caller: Caller,
  owners: readonly OwnerName[],
  { access }: Endpoint,
  input: unknown,
  db: Reader,
): Promise<OwnerName[]> {
  const managed: OwnerName[] = []
  for (const owner of owners) {
    const on = owner === '' ? ('on' in access ? [access.on(input)].flat() : []) : [JSON.parse(owner) as Resource | Resource[]].flat()
    if (on.length > 0 && (await authority.permits(caller, 'manage', on, db)) === true) managed.push(owner)
  }
  return managed
}

/** Hides in an answer what looks like a credential and belongs to what the caller doesn't manage. */
export async function mask(
  authority: Authority,
  caller: Caller,
  endpoint: Endpoint,
  input: unknown,
  output: unknown,
  db: Reader,
): Promise<void> {
  const hits = credentialsIn(endpoint, input, output)
  if (hits.length > 0) hideOthers(hits, await managedBy(authority, caller, ownersOf(hits), endpoint, input, db))
}

const inputFinders = new WeakMap<Endpoint, { readonly find: Finder | undefined }>()

/** For a server that takes no credentials: refuses a request that would store one. @throws ApiError INVALID_PARAMETER_VALUE */
export function refuseCredentials(endpoint: Endpoint, input: unknown): void {
  if (endpoint.kind === 'read') return
  let known = inputFinders.get(endpoint)
  if (!known) {
    known = { find: finderForInput(endpoint.input.json) }
    inputFinders.set(endpoint, known)
  }
  const hits: Hit[] = []
  known.find?.(input, undefined, hits, input)
  if (hits.length === 0) return
  const keys = [...new Set(hits.map(({ key }) => `'${key}'`))].slice(0, 10).join(', ')
  throw invalid(
    `The value of ${keys} looks like a credential (a password, a key or a token), and this server is set to take none. ` +
      'Leave it out, or log where it is kept; if it is in use, change it. Nothing of this request was kept.',
  )
}
