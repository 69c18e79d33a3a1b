import { decompress, memorySource, type Packing, Unreadable } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import type { Look } from '../pickle/judge-pickle.ts'
import { inner, type Subject } from '../subject.ts'

/** Looks into a file that is packed as a whole, as joblib does it. @throws Unreadable */
export function judgePacked(inspection: Inspection, subject: Subject, packing: Packing, look: Look): void {
  const { member_max_bytes } = inspection.limits
  const unpacked = withinLimits(inspection, subject, () => decompress(subject.source, packing, member_max_bytes))
  if (!unpacked) return
  const { bytes, problem } = unpacked
  if (problem !== undefined) inspection.found('archive/damaged', { member: subject.member, evidence: `${packing}: ${problem}` })
  if (!inspection.mayUnpack(bytes.length)) {
    inspection.found('archive/limit', { member: subject.member, evidence: 'it unpacks to too much' })
    return
  }
  look(inspection, inner(subject, packing, memorySource(bytes)))
}

function withinLimits<T>(inspection: Inspection, { member }: Subject, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Unreadable) || !error.is_limit) throw error
    inspection.found('archive/limit', { member, evidence: error.message })
    return undefined
  }
}
