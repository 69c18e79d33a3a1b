import { type Command, EXIT } from '../command.ts'
import { asking, trackingClient } from '../signing/tracking.ts'
import { trackingOption } from '../signing/tracking-option.ts'
import { reasonOption, requestArgument, requestInWords, requiredReason, requiredRequest } from './request-words.ts'

type Verb = 'approve' | 'reject' | 'bypass'
type Words = Pick<Command, 'about' | 'details' | 'examples'>

function decision(verb: Verb, words: Words): Command {
  const name = `requests ${verb}`
  return {
    name,
    ...words,
    options: [reasonOption, trackingOption],
    argument: requestArgument,
    async run(told) {
      const request_id = requiredRequest(told, name)
      const reason = requiredReason(told, name)
      const client = trackingClient(told.given, told.env)
      const { promotion_request } = await asking('It was not recorded', () =>
        client.call(`POST /api/2.0/millrace/promotions/requests/{request_id}/${verb}`, { request_id, reason }),
      )
      process.stdout.write(requestInWords(promotion_request))
      return EXIT.fine
    },
  }
}

/** `millrace requests approve` */
export const requestsApprove = decision('approve', {
  about: 'Say yes to a request for a protected alias or stage',
  details:
    "Your yes holds for the version's files as they are, for the rule as it is, and while the same version is in place; whoever asked " +
    'then sets the alias again. Who made the version or asked for it can not approve it.',
  examples: [
    ['millrace requests approve pr-0123456789abcdef --reason "reviewed with the team"', 'as the user of MLFLOW_TRACKING_USERNAME'],
  ],
})

/** `millrace requests reject` */
export const requestsReject = decision('reject', {
  about: 'Say no to a request for a protected alias or stage',
  details: 'Your no holds until the request is too old, or until you approve it after all.',
  examples: [['millrace requests reject pr-0123456789abcdef --reason "drifts on Fridays"', 'whoever asks again is told why']],
})

/** `millrace requests bypass` */
export const requestsBypass = decision('bypass', {
  about: 'In an emergency, two people put a version in its place past the policy',
  details:
    'When a second person does the same within the hour, the alias or stage is set at once. Both names and reasons are in the history ' +
    'and the audit log, and webhooks are told (PROMOTION: BYPASS_ASKED, BYPASSED). What a scan found malicious stays refused.',
  examples: [['millrace requests bypass pr-0123456789abcdef --reason "outage 4711"', 'the first, or the second of two']],
})
