import { ConfigProblem } from '@millrace/server/config'
import { type Command, EXIT } from '../command.ts'
import { asking, requiredVersion, trackingClient } from '../signing/tracking.ts'
import { trackingOption } from '../signing/tracking-option.ts'
import { placeOf, placeOptions } from './place.ts'
import { policyInWords } from './policy-words.ts'

/** `millrace policy explain` */
export const policyExplain: Command = {
  name: 'policy explain',
  about: 'Say whether a model version may have an alias or a stage, and what is missing',
  options: [...placeOptions, trackingOption],
  argument: { name: 'version', about: 'models:/NAME/VERSION' },
  details: 'Asks the server and changes nothing. The exit code is 1 when something is missing.',
  examples: [['millrace policy explain models:/churn/3 --alias champion', 'what version 3 still needs']],
  async run({ given, args, env }) {
    if (args[0] === undefined) throw new ConfigProblem('Which version? millrace policy explain models:/churn/3 --alias champion.')
    const { name, version } = requiredVersion(args[0], 'millrace policy explain')
    const place = placeOf(given)
    const client = trackingClient(given, env)
    const answer = await asking('The policy was not asked', () =>
      client.call('GET /api/2.0/millrace/promotions/explain', { name, version, ...place }),
    )
    const what = 'alias' in place ? `the alias ${place.alias}` : `the stage ${place.stage}`
    if (!answer.is_protected) {
      process.stdout.write(`Nothing protects ${what} of ${name}: version ${version} may have it.\n`)
      return EXIT.fine
    }
    const lines = [
      `${what} of ${name} is protected, by this rule:`,
      policyInWords({ rules: [JSON.parse(answer.rule ?? '')], downloads: [] }),
    ]
    if (answer.in_place !== undefined) lines.push(`Version ${answer.in_place} has it now.`)
    if (answer.approved_by.length > 0) lines.push(`Approved by ${answer.approved_by.join(', ')}.`)
    for (const { says } of answer.missing) lines.push(`missing: ${says}`)
    if (answer.request_id !== undefined) lines.push(`Request ${answer.request_id} is open for it.`)
    lines.push(answer.allowed ? `Version ${version} may have it.` : `Version ${version} may not have it.`)
    process.stdout.write(`${lines.join('\n')}\n`)
    return answer.allowed ? EXIT.fine : EXIT.failed
  },
}
