import { ConfigProblem, type Option } from '@millrace/server/config'
import { type Command, EXIT } from '../command.ts'
import { textOf } from '../signing/key-options.ts'
import { asking, requiredVersion, trackingClient } from '../signing/tracking.ts'
import { trackingOption } from '../signing/tracking-option.ts'
import { aliasOption, inALine, numberIn } from './rollout-words.ts'

const own = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'Steps' })
const bound = (option: Omit<Option, 'group'>): Option => ({ ...option, group: 'What goes back by itself' })

/** `millrace rollout start` */
export const rolloutStart: Command = {
  name: 'rollout start',
  about: "Let a version take an alias's place in steps, watched by its figures",
  argument: { name: 'version', about: 'models:/NAME/VERSION' },
  options: [
    aliasOption,
    own({ flag: 'steps', value: '<weights>', fallback: '5,25,50,100', about: 'Of a hundred requests, how many it answers in each step' }),
    own({ flag: 'step-seconds', value: '<seconds>', fallback: '300', about: 'How long a step takes at least' }),
    own({ flag: 'min-requests', value: '<n>', fallback: '200', about: 'How many requests of the new version a step needs' }),
    own({ flag: 'shadow-percent', value: '<n>', fallback: '0', about: 'Of what the stable version answers, how many it sees as copies' }),
    bound({
      flag: 'max-error-rise',
      value: '<part>',
      fallback: '0.01',
      about: 'More failed requests than this part, compared with the stable version',
    }),
    bound({ flag: 'max-latency-factor', value: '<factor>', fallback: '2', about: 'Slow requests (95 %) that take so many times as long' }),
    bound({
      flag: 'max-drift',
      value: '<psi>',
      fallback: '0.25',
      about: 'Predictions that lie elsewhere: their population stability index',
    }),
    { flag: 'reason', value: '<text>', about: 'Why; it is kept and shown', group: 'Decision' },
    trackingOption,
  ],
  details:
    'Processes of millrace models serve that follow the alias hear of it within seconds, load the version beside the stable one, divide ' +
    'the requests and report what both do. The server sums up the reports of all of them and decides: on to the next step, or back, ' +
    'and why. After the last step the alias points to the new version. What the policy asks for before the alias, approvals among it, ' +
    'is asked for before the first step. Steps that begin with 0 send copies only.',
  examples: [
    ['millrace rollout start models:/churn/7', 'champion goes to version 7 by 5, 25, 50 and 100 %'],
    ['millrace rollout start models:/churn/7 --steps 0,10,100 --shadow-percent 20 --step-seconds 3600', 'an hour of copies first'],
  ],
  async run(told) {
    const { given, args, env } = told
    if (args[0] === undefined) throw new ConfigProblem('Which version? millrace rollout start models:/churn/7')
    const { name, version } = requiredVersion(args[0], 'millrace rollout start')
    const alias = textOf(given, 'alias') ?? 'champion'
    const numbers = {
      steps: stepsIn(textOf(given, 'steps')),
      step_seconds: numberIn(told, 'step-seconds'),
      min_requests: numberIn(told, 'min-requests'),
      shadow_percent: numberIn(told, 'shadow-percent'),
      max_error_rise: numberIn(told, 'max-error-rise'),
      max_latency_factor: numberIn(told, 'max-latency-factor'),
      max_drift: numberIn(told, 'max-drift'),
    }
    const plan = Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined))
    const reason = textOf(given, 'reason') ?? ''
    const client = trackingClient(given, env)
    const { rollout } = await asking('It was not started', () => client.millrace.rolloutsStart({ name, alias, version, reason, ...plan }))
    process.stdout.write(`${inALine(rollout)}\nSee how it goes with: millrace rollout status models:/${name} --alias ${alias}\n`)
    return EXIT.fine
  },
}

function stepsIn(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined
  const steps = text.split(',').map((one) => Number(one.trim() || Number.NaN))
  if (steps.every((one) => Number.isInteger(one))) return steps
  throw new ConfigProblem(`--steps takes whole numbers with commas between them, like 5,25,50,100; not "${text}".`)
}
