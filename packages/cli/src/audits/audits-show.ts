import { ConfigProblem, type Option } from '@millrace/server/config'
import { type Command, EXIT } from '../command.ts'
import { asking, trackingClient } from '../signing/tracking.ts'
import { trackingOption } from '../signing/tracking-option.ts'

const FORMATS = ['markdown', 'json', 'sarif', 'html']

/** How a report that is kept is written. */
export const reportOption: Option = {
  flag: 'format',
  value: '<format>',
  fallback: 'markdown',
  choices: FORMATS,
  about: 'How the report is written',
  group: 'Output',
}

/** `millrace audits show` */
export const auditsShow: Command = {
  name: 'audits show',
  about: 'Write the report of an audit that a server keeps',
  options: [reportOption, trackingOption],
  argument: { name: 'audit', about: "Its id, as millrace audits list tells it: 'au-...'" },
  examples: [['millrace audits show au-1f0c9a52d3b84e67 --format sarif > audit.sarif', 'for a code host']],
  async run({ given, args: [audit_id], env }) {
    if (audit_id === undefined) throw new ConfigProblem('millrace audits show needs to know which: millrace audits list tells their ids.')
    const format = String(given.format ?? 'markdown')
    if (!FORMATS.includes(format)) throw new ConfigProblem(`--format ${format} is none: it is one of ${FORMATS.join(', ')}.`)
    const client = trackingClient(given, env)
    const path = `/api/2.0/millrace/audits/${encodeURIComponent(audit_id)}/report?format=${format}`
    process.stdout.write(await asking('The audit was not shown', async () => (await client.request(path, {}, { repeatable: true })).text()))
    return EXIT.fine
  },
}
