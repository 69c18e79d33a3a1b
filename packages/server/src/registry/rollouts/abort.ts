import { write } from '../../http/endpoint.ts'

import { object } from '../../http/schema.ts'
import { enter } from './advance.ts'
import { rolloutGoingOn } from './going-on.ts'
import { aliasFields, Reason, Rollout } from './rollout.ts'
import { rolloutToWire } from './to-wire.ts'

export const abortRollout = write({
  route: 'POST /api/2.0/millrace/rollouts/abort',
  summary: 'Call a rollout off: the stable version answers all requests again',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ ...aliasFields, reason: Reason }),
  output: object({ rollout: Rollout }),
  async handler(tx, { name, alias, reason }, context) {
    const row = await rolloutGoingOn(tx, name, alias)
    return { rollout: rolloutToWire(await enter(tx, row, 'aborted', reason, context)) }
  },
})
