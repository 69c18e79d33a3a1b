import { type Command, EXIT } from '../command.ts'
import { asking, trackingClient } from '../signing/tracking.ts'
import { trackingOption } from '../signing/tracking-option.ts'
import { placeOf, placeOptions, requiredModel } from './place.ts'
import { reasonOption, requiredReason } from './request-words.ts'

/** `millrace rollback` */
export const rollback: Command = {
  name: 'rollback',
  about: 'Put an alias or a stage of a model back to the version that it had before',
  options: [...placeOptions, reasonOption, trackingOption],
  argument: { name: 'model', about: 'models:/NAME' },
  details:
    'The version before must still satisfy the policy; its approval counts again for the same files under the same rule. What was taken ' +
    'away is put back, too. Done again, it goes one further back.',
  examples: [['millrace rollback models:/churn --alias champion --reason "latency"', 'champion points to what it pointed to before']],
  async run(told) {
    const name = requiredModel(told.args[0], 'rollback')
    const place = placeOf(told.given)
    const reason = requiredReason(told, 'rollback')
    const client = trackingClient(told.given, told.env)
    const answer = await asking('It was not put back', () =>
      client.call('POST /api/2.0/millrace/promotions/rollback', { name, ...place, reason }),
    )
    const from = answer.from_version === undefined ? 'nothing' : `version ${answer.from_version}`
    const what = 'alias' in place ? `The alias ${place.alias}` : `The stage ${place.stage}`
    process.stdout.write(`${what} of ${name} went from ${from} back to version ${answer.model_version.version}.\n`)
    return EXIT.fine
  },
}
