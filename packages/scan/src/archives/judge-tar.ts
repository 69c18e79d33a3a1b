import { escapes, part, readTar, type TarMember, Unreadable } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import type { Look } from '../pickle/judge-pickle.ts'
import { inner, type Subject } from '../subject.ts'

const FILES = new Set(['', '0', '7'])
const FOLDER = '5'

/** Looks at every member of a tar. @throws Unreadable */
export function judgeTar(inspection: Inspection, subject: Subject, look: Look): void {
  const members = readTar(subject.source)
  const seen = new Set<string>()
  for (const one of members) {
    judgeHeader(inspection, subject, one)
    if (seen.has(one.name)) inspection.found('archive/odd', { member: subject.member, evidence: `two members are called ${one.name}` })
    seen.add(one.name)
    if (!FILES.has(one.type)) continue
    try {
      look(inspection, inner(subject, one.name, part(subject.source, one.data_at, one.size)))
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      inspection.found('file/unreadable', { member: subject.member, evidence: `${one.name}: ${error.message}` })
    }
  }
}

function judgeHeader(inspection: Inspection, { member }: Subject, { name, type, link, header_at: offset }: TarMember): void {
  const why = escapes(name)
  if (why) inspection.found('archive/escape', { member, offset, evidence: `${name}: ${why}` })
  if (FILES.has(type) || type === FOLDER) return
  const what = type === '1' || type === '2' ? `a link to ${link}` : `a member of type ${type}`
  inspection.found('archive/link', { member, offset, evidence: `${name}: ${what}` })
}
