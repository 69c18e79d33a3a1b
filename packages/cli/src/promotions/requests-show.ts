import { type Command, EXIT } from '../command.ts'
import { JSON_OPTION } from '../rows.ts'
import { asking, trackingClient } from '../signing/tracking.ts'
import { trackingOption } from '../signing/tracking-option.ts'
import { requestArgument, requestInWords, requiredRequest } from './request-words.ts'

/** `millrace requests show` */
export const requestsShow: Command = {
  name: 'requests show',
  about: 'Show a request for a protected alias or stage, and what was said about it',
  options: [JSON_OPTION, trackingOption],
  argument: requestArgument,
  examples: [['millrace requests show pr-0123456789abcdef', 'what it asks for, and what is missing']],
  async run(told) {
    const request_id = requiredRequest(told, 'requests show')
    const client = trackingClient(told.given, told.env)
    const { promotion_request } = await asking('The request was not read', () =>
      client.call('GET /api/2.0/millrace/promotions/requests/{request_id}', { request_id }),
    )
    const json = `${JSON.stringify(promotion_request, null, 2)}\n`
    process.stdout.write(told.given.json === true ? json : requestInWords(promotion_request))
    return EXIT.fine
  },
}
