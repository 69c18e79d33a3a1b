import { textOfFile } from '@millrace/server/config'
import { type Command, EXIT } from '../command.ts'
import { asking, trackingClient } from '../signing/tracking.ts'
import { trackingOption } from '../signing/tracking-option.ts'
import { policyInWords } from './policy-words.ts'

/** `millrace policy check` */
export const policyCheck: Command = {
  name: 'policy check',
  about: 'Read a policy of promotions and say what it asks for, or what is wrong with it and where',
  options: [trackingOption],
  argument: { name: 'file', about: "The policy; without it, the server's own is shown" },
  details:
    'A policy says which aliases and stages of which models are protected, and what a version needs before it may have them. ' +
    'docs/guide/approvals.md shows one. Nothing is changed; the exit code is 1 when the file is not understood. A server ' +
    'takes the file by --policy, or by PUT /api/2.0/millrace/promotions/policy.',
  examples: [
    ['millrace policy check policy.yaml', 'before the server is started with it'],
    ['millrace policy check', 'what holds on the server of MLFLOW_TRACKING_URI'],
  ],
  async run({ given, args, env }) {
    const [file] = args
    if (file !== undefined) {
      const { readPolicy } = await import('@millrace/server/operate')
      const policy = await readPolicy(textOfFile(file, 'The command')).catch((error: Error) => {
        throw new Error(`${file}, ${error.message}`)
      })
      process.stdout.write(policyInWords(policy))
      return EXIT.fine
    }
    const client = trackingClient(given, env)
    const { origin, policy } = await asking('The policy was not read', () => client.call('GET /api/2.0/millrace/promotions/policy', {}))
    const from = { file: "the server's --policy file", api: 'the policy that was set by the API', default: 'the default' }[origin]
    process.stdout.write(`This is ${from}.\n${policyInWords(JSON.parse(policy))}`)
    return EXIT.fine
  },
}
