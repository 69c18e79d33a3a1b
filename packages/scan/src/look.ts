import { endsAsZip, isText, type Kind, kindOf, PICKLE_LIMITS, readPickles, Unreadable } from '@millrace/formats'
import { judgePacked } from './archives/judge-packed.ts'
import { judgeTar } from './archives/judge-tar.ts'
import { judgeZip } from './archives/judge-zip.ts'
import { judgeNumpy } from './arrays/judge-numpy.ts'
import { judgeText } from './documents/judge-text.ts'
import type { Inspection } from './inspection.ts'
import { judgeBooster, judgeCatboost } from './models/judge-booster.ts'
import { judgeGraph } from './models/judge-graph.ts'
import { judgeGguf, judgeHdf5, judgeSafetensors } from './models/judge-weights.ts'
import { isPickle, judgePickle } from './pickle/judge-pickle.ts'
import type { Subject } from './subject.ts'

type Judge = (inspection: Inspection, subject: Subject) => void

/** What is done with each kind of content. */
const JUDGES: Readonly<Record<Kind, Judge>> = {
  empty: () => {},
  zip: (inspection, subject) => judgeZip(inspection, subject, look),
  tar: (inspection, subject) => judgeTar(inspection, subject, look),
  gzip: (inspection, subject) => judgePacked(inspection, subject, 'gzip', look),
  zlib: zlibOrNot,
  zstd: (inspection, subject) => judgePacked(inspection, subject, 'zstd', look),
  bzip2: (inspection, subject) => judgePacked(inspection, subject, 'bzip2', look),
  xz: (inspection, subject) => judgePacked(inspection, subject, 'xz', look),
  lzma: (inspection, subject) => judgePacked(inspection, subject, 'lzma', look),
  lz4: (inspection, subject) => judgePacked(inspection, subject, 'lz4', look),
  '7z': (inspection, subject) => notRead(inspection, subject, '7z'),
  rar: (inspection, subject) => notRead(inspection, subject, 'rar'),
  pickle: pickleOrNot,
  numpy: (inspection, subject) => judgeNumpy(inspection, subject, look),
  hdf5: judgeHdf5,
  safetensors: judgeSafetensors,
  gguf: judgeGguf,
  catboost: (inspection, subject) => judgeCatboost(inspection, subject, look),
  flatbuffer: unknown,
  native: (inspection, { member }) => inspection.found('file/native', { member, evidence: 'an executable or a library' }),
  bytecode: (inspection, { member }) => inspection.found('file/bytecode', { member, evidence: 'compiled Python' }),
  parquet: () => {},
  image: () => {},
  text: textOrPickle,
  binary: binaryOrPickle,
}

/** Looks at a subject and at all that is in it, by what the content is. */
export function look(inspection: Inspection, subject: Subject): void {
  const { source, member, depth } = subject
  if (depth > inspection.limits.depth_max) {
    inspection.found('archive/limit', { member, evidence: `more than ${inspection.limits.depth_max} archives in archives` })
    return
  }
  const kind = kindOf(source)
  if (depth === 0) inspection.kind = kind
  try {
    JUDGES[kind](inspection, subject)
    if (kind !== 'zip' && endsAsZip(source)) {
      inspection.found('file/polyglot', { member, evidence: `${kind} at its beginning, and a zip at its end` })
      judgeZip(inspection, subject, look)
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    inspection.found('file/unreadable', { member, offset: error.offset, evidence: error.message })
  }
}

function notRead(inspection: Inspection, { member }: Subject, what: string): void {
  inspection.found('archive/not-read', { member, evidence: what })
}

function unknown(inspection: Inspection, { member, source }: Subject): void {
  const head = source.read(0, 8).toString('hex')
  inspection.found('file/unknown', { member, evidence: `${source.size} bytes that begin with ${head}` })
}

/** Two bytes are a weak signature: what does not unpack is not zlib. */
function zlibOrNot(inspection: Inspection, subject: Subject): void {
  try {
    judgePacked(inspection, subject, 'zlib', look)
  } catch (error) {
    if (!(error instanceof Unreadable) || error.is_limit) throw error
    unknown(inspection, subject)
  }
}

/** Random bytes may begin like a pickle; what names nothing and ends in an error after a few operations is none. */
function pickleOrNot(inspection: Inspection, subject: Subject): void {
  judgePickle(inspection, subject, look)
}

/** The oldest protocols are text, and have no signature. */
function textOrPickle(inspection: Inspection, subject: Subject): void {
  if (startsPickle(subject)) judgePickle(inspection, subject, look)
  else judgeText(inspection, subject)
}

function binaryOrPickle(inspection: Inspection, subject: Subject): void {
  if (startsPickle(subject)) judgePickle(inspection, subject, look)
  else if (!judgeBooster(inspection, subject) && !judgeGraph(inspection, subject)) unknown(inspection, subject)
}

function startsPickle({ source }: Subject): boolean {
  const [first] = readPickles(source, PICKLE_LIMITS, { keeps_data: false }).pickles
  return first !== undefined && isPickle(first)
}

/** Whether the content is text all through, as far as its beginning tells. */
export const seemsText = ({ source }: Subject): boolean => isText(source.read(0, 4096))
