import { query, type Writer } from '../../db/handles.ts'
import { writeWithin } from '../../db/within.ts'
import { emit } from '../../events/index.ts'
import { showVerdict } from './show-verdict.ts'
import type { Verdict } from './verdict.ts'
import { saveVerdict, verdictOfDigest, versionsWithDigest } from './verdict-store.ts'

const STANDING = query<{ stage: number; created_by: string | null }>('select stage, created_by from model_version where id = ?')
const ALIASES = query<{ alias: string }>('select alias from registered_model_alias where model = ? and version = ? order by alias')
const STAGES = ['None', 'Staging', 'Production', 'Archived']

/**
 * Records what a scan said of the files that have this digest, in place of what an earlier scan said. It holds for every version of these
 * files, also for those that are made later. Versions that are found malicious only now are handed out no more from this commit on, and
 * whoever listens is told of each, with its owner and where it stands: that is the quarantine.
 */
export async function recordVerdict(tx: Writer, root_sha256: string, verdict: Verdict): Promise<void> {
  const before = await verdictOfDigest(tx, root_sha256)
  await saveVerdict(tx, root_sha256, verdict)
  const versions = await versionsWithDigest(tx, root_sha256)
  for (const { id } of versions) await showVerdict(tx, id, verdict)
  if (verdict.ending !== 'malicious' || before?.ending === 'malicious') return
  for (const { id, model, name, version, workspace } of versions) {
    const { stage = 0, created_by = null } = (await tx.get(STANDING, id)) ?? {}
    const aliases = (await tx.all(ALIASES, model, version)).map(({ alias }) => alias)
    const where = { aliases, stage: STAGES[stage] as string, owner: created_by }
    const data = { name, version: String(version), ending: verdict.ending, ...where }
    await emit(writeWithin(tx, workspace), { event: 'model_version.quarantined', data }, verdict.scanned_ms)
  }
}
