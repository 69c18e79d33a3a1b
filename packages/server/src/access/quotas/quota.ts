import type { Reader } from '../../db/handles.ts'
import { ApiError, missing } from '../../http/errors.ts'
import { double, enumOf, int64, object, optional, string } from '../../http/schema.ts'
import { EVERYONE, SCOPES, type Scope, targetOf } from './quota-store.ts'

/** Whose quota it is. */
export const whoseFields = {
  scope: enumOf(SCOPES),
  name: optional(string({ min: 1, max: 256, description: 'An account or a workspace; left out: each that has no quota of its own' })),
}

export const limitFields = {
  requests_per_second: optional(double({ description: 'In the long run; five seconds’ worth may come at once. Of each process.' })),
  concurrent_uploads: optional(int64({ min: 0, max: 10_000, description: 'Of each process' })),
  upload_bytes_per_day: optional(int64({ min: 0, description: 'A day of UTC; of all processes' })),
}

/** A quota on the wire. */
export const Quota = object({ ...whoseFields, ...limitFields, uploaded_today: optional(int64()) })

/** @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function requireTarget(db: Reader, scope: Scope, name: string | undefined): Promise<number> {
  if (name === undefined) return EVERYONE
  const target = await targetOf(db, scope, name)
  if (target === undefined) throw missing(`There is no ${scope} '${name}'.`)
  return target
}

/** @throws ApiError INVALID_PARAMETER_VALUE when it is no number of requests */
export function requireRate(rate: number | undefined): number | null {
  if (rate === undefined) return null
  if (Number.isFinite(rate) && rate > 0 && rate <= 1_000_000) return rate
  throw new ApiError(
    'INVALID_PARAMETER_VALUE',
    `Invalid value ${rate} for parameter 'requests_per_second' supplied: more than 0 is needed.`,
  )
}
