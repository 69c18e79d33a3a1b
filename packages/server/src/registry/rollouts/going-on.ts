import type { Writer } from '../../db/handles.ts'
import { ApiError, missing } from '../../http/errors.ts'
import { lastRollout, type RolloutRow, rolloutToChange } from './rollout-store.ts'

/** The rollout of an alias that goes on. @throws ApiError RESOURCE_CONFLICT after its end, RESOURCE_DOES_NOT_EXIST where none was begun */
export async function rolloutGoingOn(tx: Writer, name: string, alias: string): Promise<RolloutRow> {
  const row = await rolloutToChange(tx, name, alias)
  if (row) return row
  const last = await lastRollout(tx, name, alias)
  if (!last) throw missing(`Nothing was ever rolled out to the alias '${alias}' of '${name}'.`)
  const then = last.state === 'finished' ? ' What the alias points to is put back by promotions/rollback.' : ''
  throw new ApiError(
    'RESOURCE_CONFLICT',
    `The rollout ${last.rollout_id} of version ${last.candidate} to '${alias}' of '${name}' is ${last.state.replace('_', ' ')}.${then}`,
  )
}
