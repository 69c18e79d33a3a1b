import { write } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { object } from '../../http/schema.ts'
import { enter } from './advance.ts'
import { rolloutGoingOn } from './going-on.ts'
import { aliasFields, Reason, Rollout } from './rollout.ts'
import { rolloutToWire } from './to-wire.ts'

export const pauseRollout = write({
  route: 'POST /api/2.0/millrace/rollouts/pause',
  summary: 'Keep a rollout at its weight: it goes on no further, and still goes back by itself',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ ...aliasFields, reason: Reason }),
  output: object({ rollout: Rollout }),
  async handler(tx, { name, alias, reason }, context) {
    const row = await rolloutGoingOn(tx, name, alias)
    if (row.state === 'paused') throw new ApiError('RESOURCE_CONFLICT', `The rollout ${row.rollout_id} is paused already.`)
    return { rollout: rolloutToWire(await enter(tx, row, 'paused', reason, context)) }
  },
})
