import { write } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { object } from '../../http/schema.ts'
import { enter, goOn } from './advance.ts'
import { rolloutGoingOn } from './going-on.ts'
import { asksForCanary } from './requirement.ts'
import { aliasFields, Reason, Rollout } from './rollout.ts'
import { setFlaw } from './rollout-store.ts'
import { rolloutToWire } from './to-wire.ts'

export const promoteRollout = write({
  route: 'POST /api/2.0/millrace/rollouts/promote',
  summary: 'Go on to the next step at once, before its figures say so; after the last one the alias is the new version’s',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ ...aliasFields, reason: Reason }),
  output: object({ rollout: Rollout }),
  async handler(tx, { name, alias, reason }, context) {
    const row = await rolloutGoingOn(tx, name, alias)
    if (await asksForCanary(tx, row, context)) {
      throw new ApiError('PERMISSION_DENIED', `The policy asks for a finished canary before '${alias}': its steps are not skipped.`)
    }
    const flaw = `a step was skipped by ${context.caller.user || 'the local owner'}`
    await setFlaw(tx, row, flaw)
    const going = row.state === 'paused' ? await enter(tx, row, 'running', reason, context) : row
    return { rollout: rolloutToWire(await goOn(tx, { ...going, flaw: row.flaw ?? flaw }, reason, context)) }
  },
})
