import type { Writer } from '../../db/handles.ts'
import type { Verdict } from './verdict.ts'
import { saveVerdict } from './verdict-store.ts'

/**
 * Records what a scan said of the files that have this digest, in place of what an earlier scan said. It holds for every version of these
 * files, also for those that are made later.
 */
export async function recordVerdict(tx: Writer, root_sha256: string, verdict: Verdict): Promise<void> {
  await saveVerdict(tx, root_sha256, verdict)
}
