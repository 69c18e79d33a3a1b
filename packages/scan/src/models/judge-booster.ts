import { memorySource, readCatboost, readUbjson, Unreadable } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import type { Look } from '../pickle/judge-pickle.ts'
import { inner, type Subject } from '../subject.ts'

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

/** Judges a binary model of CatBoost: its form, and the texts in it. Nothing in it is run by whoever loads it. */
export function judgeCatboost(inspection: Inspection, subject: Subject, look: Look): void {
  const { source, member } = subject
  try {
    const { info, unread } = readCatboost(source)
    for (const [name, text] of info) look(inspection, inner(subject, name, memorySource(Buffer.from(text))))
    for (const one of unread) inspection.found('file/unknown', { member, evidence: `CatBoost's ${one}, which is not read here` })
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    inspection.found('booster/broken', { member, offset: error.offset, evidence: error.message })
  }
}
