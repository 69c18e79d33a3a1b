import { type Command, EXIT } from '../command.ts'
import { day, JSON_OPTION, rows } from '../rows.ts'
import { asking, trackingClient } from '../signing/tracking.ts'
import { trackingOption } from '../signing/tracking-option.ts'

/** `millrace requests list` */
export const requestsList: Command = {
  name: 'requests list',
  about: 'List who asks for a protected alias or stage',
  options: [
    { flag: 'model', value: '<name>', about: 'Only of this registered model', group: 'What is listed' },
    { flag: 'all', about: 'Also what was used, rejected, or is too old', group: 'What is listed' },
    JSON_OPTION,
    trackingOption,
  ],
  examples: [['millrace requests list', 'what waits for a decision']],
  async run({ given, env }) {
    const client = trackingClient(given, env)
    const name = typeof given.model === 'string' ? { name: given.model } : {}
    const asked = { ...name, all: given.all === true, max_results: 200 }
    const found = await asking('The requests were not listed', () => client.call('GET /api/2.0/millrace/promotions/requests', asked))
    const { promotion_requests } = found
    if (given.json === true) process.stdout.write(`${JSON.stringify(promotion_requests, null, 2)}\n`)
    else {
      const lines = promotion_requests.map((one) => [
        one.request_id,
        `models:/${one.name}/${one.version}`,
        one.alias === undefined ? `stage ${one.stage}` : `alias ${one.alias}`,
        one.state,
        one.asked_by,
        day(one.opened_ms),
      ])
      process.stdout.write(rows(['REQUEST', 'VERSION', 'FOR', 'STATE', 'ASKED BY', 'SINCE'], lines))
      if (found.next_page_token !== undefined) process.stdout.write('There are more: narrow them down with --model.\n')
    }
    return EXIT.fine
  },
}
