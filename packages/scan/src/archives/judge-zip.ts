import { type Member, openMember, readZip, type Source, Unreadable, type ZipArchive, type ZipOddity } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import type { Look } from '../pickle/judge-pickle.ts'
import type { RuleId } from '../rules.ts'
import { inner, type Subject } from '../subject.ts'
import { judgeRaw } from './judge-raw.ts'
import { judgeContents } from './model-archives.ts'

const RULE_OF: Readonly<Record<ZipOddity['kind'], RuleId | undefined>> = {
  name: 'archive/disagreement',
  difference: 'archive/disagreement',
  duplicate: 'archive/disagreement',
  hidden: 'archive/disagreement',
  overlap: 'archive/disagreement',
  path: 'archive/escape',
  link: 'archive/link',
  prefix: 'archive/odd',
  directory: 'archive/odd',
  trailing: 'archive/odd',
  // What a member says of itself is put to the test when it is opened.
  encrypted: undefined,
}

/** What PyTorch stores: the elements of a tensor, without a header. */
const TENSOR = /(?:^|\/)data\/(?:weights\/|constants\/)?[\w.]*\d+$/

/** Looks at every member of a zip, those included that only some readers see. @throws Unreadable */
export function judgeZip(inspection: Inspection, subject: Subject, look: Look): void {
  const archive = readZip(subject.source)
  const { member } = subject
  for (const { kind, member: of, offset, detail } of archive.oddities) {
    const rule = RULE_OF[kind]
    if (rule) inspection.found(rule, { member, offset, evidence: of === '' ? detail : `${of}: ${detail}` })
  }
  for (const one of archive.members) {
    if (one.name.endsWith('/') && one.compressed === 0) continue
    if (!inspection.mayOpen(one.from === 'header')) {
      inspection.found('archive/limit', { member, offset: one.header_at, evidence: 'the archives in it have too many members' })
      break
    }
    judgeMember(inspection, subject, one, look)
  }
  judgeContents(inspection, subject, archive, (one) => openQuietly(inspection, subject.source, one))
}

function judgeMember(inspection: Inspection, subject: Subject, one: Member, look: Look): void {
  const { source, member } = subject
  const at = { member: member === '' ? one.name : `${member}!${one.name}`, offset: one.header_at }
  try {
    const is_tensor = TENSOR.test(one.name) && isTorch(one)
    // Elements of tensors are by far the most of a model, and a wrong one among them runs nothing: they are not read for a checksum.
    const checked = is_tensor && (one.flags & 1) === 0 ? [0] : []
    const { source: content, matches, is_whole } = openMember(source, one, inspection.limits.member_max_bytes, ...checked)
    if (one.flags & 1 && matches !== true && one.crc !== 0) {
      inspection.found('archive/encrypted', { ...at, evidence: 'it is encrypted' })
      return
    }
    if (one.flags & 1) inspection.found('archive/disagreement', { ...at, evidence: 'it says that it is encrypted, and is not' })
    else if (matches === false) inspection.found('archive/damaged', { ...at, evidence: 'the checksum is another' })
    if (!is_whole) inspection.found('archive/odd', { ...at, evidence: 'it is shorter than it says' })
    if (one.method !== 0 && !inspection.mayUnpack(content.size)) {
      inspection.found('archive/limit', { ...at, evidence: 'the archive unpacks to too much' })
      return
    }
    const found = inner(subject, one.name, content)
    if (is_tensor) judgeRaw(inspection, found, look)
    else look(inspection, found)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    const rule = error.is_limit ? 'archive/limit' : one.flags & 1 ? 'archive/encrypted' : 'archive/not-read'
    inspection.found(rule, { ...at, evidence: error.message })
  }
}

// A stored member in PyTorch's folder: packed ones are unpacked by nobody who reads tensors.
const isTorch = ({ method }: Member): boolean => method === 0

function openQuietly(inspection: Inspection, archive: Source, one: Member): Source | undefined {
  try {
    return openMember(archive, one, inspection.limits.member_max_bytes).source
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

/** Opens a member of the archive that is looked at; undefined when it can't be read, which was reported then. */
export type Open = (member: Member) => Source | undefined
export type { ZipArchive }
