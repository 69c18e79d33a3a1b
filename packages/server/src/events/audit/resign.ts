import type { Writer } from '../../db/handles.ts'
import { signatureProblem, signed } from './chain.ts'
import { addAnchor, anchors, lockedHead, moveHead } from './log-store.ts'

/** Signs what is signed with the current key, before older keys go. What has no good signature keeps the one it has. */
export async function resignAuditLog(tx: Writer): Promise<number> {
  const head = await lockedHead(tx)
  let count = 0
  if (head.signature !== null && !signatureProblem(tx, 'head', head)) {
    await moveHead(tx, { ...head, ...signed(tx, 'head', head.seq, head.hash) })
    count++
  }
  for (const anchor of await anchors(tx)) {
    const purpose = anchor.pruned === 1 ? 'pruned' : 'anchor'
    if (anchor.signature === null || signatureProblem(tx, purpose, anchor)) continue
    await addAnchor(tx, { ...anchor, ...signed(tx, purpose, anchor.seq, anchor.hash) })
    count++
  }
  return count
}
