import type { Reader } from '../../db/handles.ts'
import { FileDenied } from '../../http/denied.ts'
import { type Asking, policyInForce, refusedDownloads } from '../policy/index.ts'
import { endingOf } from '../scans/index.ts'
import { type Candidate, isPrompt } from './candidate.ts'

/**
 * Whether the scan of a version's files lets it be handed out for loading.
 * @throws FileDenied PERMISSION_DENIED for what is malicious, and for what else the policy names
 */
export async function requireLoadable(db: Reader, candidate: Candidate, asking: Asking): Promise<void> {
  if (isPrompt(candidate)) return
  const ending = await endingOf(db, candidate.id)
  if (ending === 'clean') return
  if (ending !== 'malicious') {
    const { policy } = await policyInForce(db, asking)
    if (!refusedDownloads(policy, candidate.name).includes(ending)) return
  }
  const { name, version } = candidate
  const why = ending === 'not_looked_at' ? 'nobody has looked at its files' : `a scan found its files ${ending}`
  const asked = `models:/${name}/${version}`
  throw new FileDenied(
    'PERMISSION_DENIED',
    `Version ${version} of '${name}' is not handed out: ${why}. 'millrace scan ${asked}' tells what it found.`,
    'scan',
    asked,
  )
}
