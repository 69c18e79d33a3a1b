import type { Member, ZipArchive } from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import { judgeSkops } from '../models/judge-skops.ts'
import type { Subject } from '../subject.ts'
import type { Open } from './judge-zip.ts'

/** Judges an archive as the model that it is, beyond what each of its members is by itself. */
export function judgeContents(inspection: Inspection, subject: Subject, { members }: ZipArchive, open: Open): void {
  judgeTorch(inspection, subject, members, open)
  for (const one of members) {
    if (one.name !== 'schema.json') continue
    const source = open(one)
    if (source) judgeSkops(inspection, subject.member === '' ? one.name : `${subject.member}!${one.name}`, source)
  }
}

const TORCHSCRIPT = /(?:^|\/)code\/.+\.py$/
const WEIGHTS_CONFIG = /(?:^|\/)data\/(?:weights|constants)\/.*config\.json$/
const CONFIG_MAX_BYTES = 16 * 1024 * 1024

function judgeTorch(inspection: Inspection, subject: Subject, members: readonly Member[], open: Open): void {
  const code = members.filter(({ name }) => TORCHSCRIPT.test(name))
  if (code.length > 0)
    inspection.found('torch/code', {
      member: subject.member,
      evidence: code
        .slice(0, 3)
        .map(({ name }) => name)
        .join(', '),
    })
  for (const one of members) {
    if (!WEIGHTS_CONFIG.test(one.name)) continue
    const source = open(one)
    const text = source?.read(0, Math.min(source.size, CONFIG_MAX_BYTES)).toString('utf8') ?? ''
    if (/"use_pickle"\s*:\s*true/i.test(text)) inspection.found('torch/weights-pickled', { member: subject.member, evidence: one.name })
  }
}
