import { setTimeout as pause } from 'node:timers/promises'
import { type Command, EXIT } from '../command.ts'
import { asking, trackingClient } from '../signing/tracking.ts'
import { trackingOption } from '../signing/tracking-option.ts'

const WAIT_MAX_MS = 900_000
const LOOK_EVERY_MS = 500

/** `millrace audits run` */
export const auditsRun: Command = {
  name: 'audits run',
  about: 'Have a server audit its registry now, and wait for the result',
  options: [trackingOption],
  details: 'For admins. Exit codes: 0 the verdict is Pass or Warn, 1 it is Fail, or the audit was not made.',
  examples: [['millrace audits run', 'the registry of the server in MLFLOW_TRACKING_URI']],
  async run({ given, env }) {
    const client = trackingClient(given, env)
    return asking('The registry was not audited', async () => {
      let { audit } = await client.audits.run({})
      const { audit_id } = audit
      for (let waited_ms = 0; audit.state === 'waiting' || audit.state === 'running'; waited_ms += LOOK_EVERY_MS) {
        if (waited_ms >= WAIT_MAX_MS) throw new Error(`audit ${audit_id} is still ${audit.state}`)
        await pause(LOOK_EVERY_MS)
        audit = (await client.audits.get({ audit_id })).audit
      }
      if (audit.state === 'failed') throw new Error(audit.problem)
      const { critical, high, medium, low } = audit.counts
      process.stdout.write(
        `${audit_id}: ${audit.risk}, ${audit.verdict} (${critical} critical, ${high} high, ${medium} medium, ${low} low)\n` +
          `${client.options.url}/#/audits/${audit_id}\n`,
      )
      return audit.verdict === 'Fail' ? EXIT.failed : EXIT.fine
    })
  },
}
