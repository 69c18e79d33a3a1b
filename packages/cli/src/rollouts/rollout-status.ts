import { type Command, EXIT } from '../command.ts'
import { JSON_OPTION } from '../rows.ts'
import { asking, trackingClient } from '../signing/tracking.ts'
import { trackingOption } from '../signing/tracking-option.ts'
import { aliasOption, inALine, rolloutInWords, rolloutNamed } from './rollout-words.ts'

/** `millrace rollout status` */
export const rolloutStatus: Command = {
  name: 'rollout status',
  about: 'Show how a rollout goes, or went: its step, its figures, what it waits for, and what happened',
  argument: { name: 'model', about: 'models:/NAME; without it, all rollouts that go on' },
  options: [aliasOption, JSON_OPTION, trackingOption],
  examples: [
    ['millrace rollout status models:/churn', 'of the alias champion'],
    ['millrace rollout status', 'whatever is being rolled out'],
  ],
  async run(told) {
    const { given, args, env } = told
    const client = trackingClient(given, env)
    const asked = 'The rollout was not read'
    if (args[0] === undefined) {
      const { rollouts } = await asking(asked, async () => client.millrace.rolloutsList({ max_results: 200 }))
      const lines = rollouts.map((one) => `${inALine(one)}\n`).join('')
      process.stdout.write(given.json === true ? `${JSON.stringify(rollouts, null, 2)}\n` : lines || 'Nothing is being rolled out.\n')
      return EXIT.fine
    }
    const found = await asking(asked, () => client.millrace.rolloutsGet(rolloutNamed(told, 'rollout status')))
    process.stdout.write(given.json === true ? `${JSON.stringify(found, null, 2)}\n` : rolloutInWords(found))
    return EXIT.fine
  },
}
