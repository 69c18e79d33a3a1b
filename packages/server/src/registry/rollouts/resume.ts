import { write } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { object } from '../../http/schema.ts'
import { enter } from './advance.ts'
import { rolloutGoingOn } from './going-on.ts'
import { aliasFields, Reason, Rollout } from './rollout.ts'
import { rolloutToWire } from './to-wire.ts'

export const resumeRollout = write({
  route: 'POST /api/2.0/millrace/rollouts/resume',
  summary: 'Let a paused rollout go on; its step begins anew',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ ...aliasFields, reason: Reason }),
  output: object({ rollout: Rollout }),
  async handler(tx, { name, alias, reason }, context) {
    const row = await rolloutGoingOn(tx, name, alias)
    if (row.state === 'running') throw new ApiError('RESOURCE_CONFLICT', `The rollout ${row.rollout_id} is going on already.`)
    return { rollout: rolloutToWire(await enter(tx, row, 'running', reason, context)) }
  },
})
