import { type Command, EXIT } from '../command.ts'
import { day, JSON_OPTION, rows } from '../rows.ts'
import { asking, trackingClient } from '../signing/tracking.ts'
import { trackingOption } from '../signing/tracking-option.ts'

const SHOWN_MAX = 200

/** `millrace audits list` */
export const auditsList: Command = {
  name: 'audits list',
  about: 'List the audits that a server keeps: of its registry, and those that were sent',
  options: [JSON_OPTION, trackingOption],
  examples: [['millrace audits list', 'the newest first']],
  async run({ given, env }) {
    const client = trackingClient(given, env)
    const asked = { max_results: SHOWN_MAX }
    const { audits } = await asking('The audits were not listed', () => client.call('GET /api/2.0/millrace/audits', asked))
    if (given.json === true) process.stdout.write(`${JSON.stringify(audits, null, 2)}\n`)
    else {
      const lines = audits.map(({ audit_id, target, name, risk, state, counts, made_ms }) => [
        audit_id,
        target,
        name,
        risk ?? state,
        `${counts.critical}/${counts.high}/${counts.medium}/${counts.low}`,
        day(made_ms ?? null),
      ])
      process.stdout.write(rows(['AUDIT', 'OF', 'NAME', 'RISK', 'CRIT/HIGH/MED/LOW', 'MADE'], lines))
    }
    return EXIT.fine
  },
}
