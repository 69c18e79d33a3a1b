import type { Settings } from '../config.ts'
import { ConfigProblem } from '../config-problem.ts'
import type { Picker } from './pick.ts'

/** Where webhooks may go. @throws ConfigProblem */
export function webhookRules(pick: Picker): Partial<Settings> {
  const hosts = pick.list('webhook-allowed-hosts')
  const schemes = pick.list('webhook-allowed-schemes')
  const other = schemes.find((scheme) => scheme !== 'https' && scheme !== 'http')
  if (other !== undefined) throw new ConfigProblem(`${pick.askedBy('webhook-allowed-schemes')} takes https and http, not "${other}".`)
  const spelled = hosts.find((host) => /[/*@\s]/.test(host))
  if (spelled !== undefined) {
    throw new ConfigProblem(
      `${pick.askedBy('webhook-allowed-hosts')} takes names and addresses like hooks.example or 10.0.0.7:8080, not "${spelled}".`,
    )
  }
  return {
    ...(hosts.length > 0 && { webhook_allowed_hosts: hosts }),
    ...(schemes.length > 0 && { webhook_allowed_schemes: schemes }),
  }
}
