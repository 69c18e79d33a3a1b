import { decompress, memorySource, type Packing } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import type { Look } from '../pickle/judge-pickle.ts'
import { inner, type Subject } from '../subject.ts'

/** Looks into a file that is packed as a whole, as joblib does it. @throws Unreadable */
export function judgePacked(inspection: Inspection, subject: Subject, packing: Packing, look: Look): void {
  const { member_max_bytes } = inspection.limits
  const content = decompress(subject.source, packing, member_max_bytes)
  if (!inspection.mayUnpack(content.length)) {
    inspection.found('archive/limit', { member: subject.member, evidence: 'it unpacks to too much' })
    return
  }
  look(inspection, inner(subject, packing, memorySource(content)))
}
