import { readUbjson, Unreadable } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import type { Subject } from '../subject.ts'

/** Judges a model of XGBoost in UBJSON, which has no signature: an object whose first key is one of its own. False when it is none. */
export function judgeBooster(inspection: Inspection, { source, member }: Subject): boolean {
  const head = source.read(0, 64)
  if (head[0] !== 0x7b || !/^\{[iUIlL]\0*.{1,8}?(?:learner|version|Config|Model)/s.test(head.toString('latin1'))) return false
  try {
    readUbjson(source)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    inspection.found('booster/broken', { member, offset: error.offset, evidence: error.message })
  }
  return true
}
