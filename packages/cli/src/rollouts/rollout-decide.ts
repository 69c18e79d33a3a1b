import { MillraceError } from '@millrace/client'
import { type Command, EXIT, type Told } from '../command.ts'
import { reasonOption, requiredReason } from '../promotions/request-words.ts'
import { asking, trackingClient } from '../signing/tracking.ts'
import { trackingOption } from '../signing/tracking-option.ts'
import { aliasOption, inALine, rolloutNamed } from './rollout-words.ts'

type Verb = 'pause' | 'resume' | 'promote' | 'abort' | 'rollback'

/** A command by which a person says how a rollout goes on. */
function decision(verb: Verb, about: string, details: string, example: readonly [string, string]): Command {
  return {
    name: `rollout ${verb}`,
    about,
    argument: { name: 'model', about: 'models:/NAME' },
    options: [aliasOption, reasonOption, trackingOption],
    details,
    examples: [example],
    async run(told) {
      const place = rolloutNamed(told, `rollout ${verb}`)
      const reason = requiredReason(told, `rollout ${verb}`)
      const client = trackingClient(told.given, told.env)
      const work = () => client.call(`POST /api/2.0/millrace/rollouts/${verb}`, { ...place, reason })
      try {
        const { rollout } = await work()
        process.stdout.write(`${inALine(rollout)}\n`)
      } catch (error) {
        if (verb === 'rollback' && isFinished(error)) await putBack(told, place, reason)
        else await asking('Nothing was changed', () => Promise.reject(error))
      }
      return EXIT.fine
    },
  }
}

const isFinished = (error: unknown): boolean =>
  error instanceof MillraceError && error.code === 'RESOURCE_CONFLICT' && /is finished/.test(error.message)

/** After its end the alias is the version's: it is put back as any other move is. */
async function putBack({ given, env }: Told, { name, alias }: { name: string; alias: string }, reason: string): Promise<void> {
  const client = trackingClient(given, env)
  const answer = await asking('It was not put back', () =>
    client.call('POST /api/2.0/millrace/promotions/rollback', { name, alias, reason }),
  )
  process.stdout.write(`The rollout was finished: the alias ${alias} of ${name} is back at version ${answer.model_version.version}.\n`)
}

/** `millrace rollout pause` */
export const rolloutPause = decision(
  'pause',
  'Keep a rollout at its weight',
  'It goes on no further until it is resumed; bad figures still take it back.',
  ['millrace rollout pause models:/churn --reason "the sale is on"', 'champion’s rollout stays at its step'],
)

/** `millrace rollout resume` */
export const rolloutResume = decision('resume', 'Let a paused rollout go on', 'Its step begins anew.', [
  'millrace rollout resume models:/churn --reason "the sale is over"',
  'champion’s rollout goes on',
])

/** `millrace rollout promote` */
export const rolloutPromote = decision(
  'promote',
  'Go on to the next step now, before the figures say so',
  'After the last step the alias is the new version’s. A rollout with skipped steps is no finished canary to a policy, and a policy that ' +
    'asks for one lets nobody skip.',
  ['millrace rollout promote models:/churn --reason "seen enough"', 'the next step begins'],
)

/** `millrace rollout abort` */
export const rolloutAbort = decision(
  'abort',
  'Call a rollout off: the stable version answers all again',
  'For when nothing is wrong with the version. Nobody’s request fails.',
  ['millrace rollout abort models:/churn --reason "wrong week"', 'champion stays what it was'],
)

/** `millrace rollout rollback` */
export const rolloutRollback = decision(
  'rollback',
  'Take a version back that does worse, during its rollout or after it',
  'During a rollout the stable version answers all again within a second or two; after its end the alias is put back to the version ' +
    'before, as millrace rollback does.',
  ['millrace rollout rollback models:/churn --reason "complaints"', 'the version before answers'],
)
