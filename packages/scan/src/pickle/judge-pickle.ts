import {
  type Bytes,
  type Global,
  type Instance,
  kindOf,
  type Oddity,
  PICKLE_LIMITS,
  type PickleStream,
  readPickles,
  type Unpickled,
} from '@millrace/formats'
import type { Inspection } from '../inspection.ts'
import type { RuleId } from '../rules.ts'
import { inner, type Subject, slice } from '../subject.ts'
import { decoded } from './disguise.ts'
import { Members } from './members.ts'
import { judgeName } from './names.ts'
import { tensorProblem } from './storages.ts'

/** Looks at what a subject has inside, by its content. */
export type Look = (inspection: Inspection, subject: Subject) => void

const RULE_OF: Readonly<Record<Oddity['kind'], RuleId>> = {
  frame: 'pickle/disagreement',
  operand: 'pickle/hidden-import',
  extension: 'pickle/extension',
  name: 'pickle/dotted-name',
  call: 'pickle/odd-call',
  write: 'pickle/odd-write',
  build: 'pickle/odd-write',
  protocol: 'pickle/odd-stream',
  mark: 'pickle/odd-stream',
  buffer: 'pickle/odd-stream',
  number: 'pickle/odd-stream',
  trailing: 'pickle/trailing',
}

// An object of a class that cloudpickle wrote out: that it carries code is said already, and making one of it adds nothing.
const OF_WRITTEN_CLASS =
  /calls what cloudpickle\.cloudpickle\._(?:make_skeleton_class|make_skeleton_enum|builtin_type|make_function) returned$/

// The one attribute of a class that stands in what cloudpickle writes of an enumeration.
const OF_ENUMERATIONS = /^STACK_GLOBAL of "enum Enum\.__new__":/

/** How many values that look like pickles are followed. */
const PAYLOADS_MAX = 2000

/** Judges a stream of pickles: what it would import, and where it is not what a pickler writes. */
export function judgePickle(inspection: Inspection, subject: Subject, look: Look): PickleStream {
  const { source, member } = subject
  const members = new Members()
  const onCall = (call: Instance): void => {
    members.add(call)
    const evidence = tensorProblem(call)
    if (evidence) inspection.found('pickle/storage', { member, offset: call.offset, evidence })
  }
  const stream = readPickles(source, PICKLE_LIMITS, { keeps_data: false, onCall })
  for (const pickle of stream.pickles) {
    judgeImports(inspection, subject, pickle, members, '')
    judgeOne(inspection, subject, pickle, look)
  }
  for (const pickle of stream.asides) judgeImports(inspection, subject, pickle, members, ', which only a reader without joblib sees')
  judgeEnd(inspection, subject, stream)
  return stream
}

function judgeOne(inspection: Inspection, subject: Subject, pickle: Unpickled, look: Look): void {
  const { member } = subject
  for (const { kind, offset, detail } of pickle.machine.oddities) {
    const is_code = (kind === 'call' && OF_WRITTEN_CLASS.test(detail)) || (kind === 'name' && OF_ENUMERATIONS.test(detail))
    const rule = is_code ? 'pickle/code' : RULE_OF[kind]
    inspection.found(rule, { member, offset, evidence: detail })
  }
  let left = PAYLOADS_MAX
  for (const bytes of pickle.machine.payloads) if (left-- > 0) judgePayload(inspection, subject, bytes, look)
  if (pickle.machine.payloads.length > PAYLOADS_MAX || pickle.machine.payloads_left_out > 0) {
    inspection.found('pickle/limit', { member, evidence: 'it has too many values that may be pickles themselves' })
  }
  for (const text of pickle.machine.disguised) {
    const bytes = decoded(text)
    if (bytes) judgeInside(inspection, inner(subject, 'text', bytes), look)
  }
}

function judgeImports(inspection: Inspection, subject: Subject, { machine }: Unpickled, members: Members, how: string): void {
  for (const names of machine.globals.values()) {
    for (const one of names.values()) {
      const verdict = members.explain(one) ? 'code' : judgeName(one.module, one.name)
      if (verdict === 'allowed') continue
      const rule: RuleId =
        verdict === 'dangerous' ? 'pickle/dangerous-import' : verdict === 'code' ? 'pickle/code' : 'pickle/unknown-import'
      inspection.found(rule, {
        member: subject.member,
        offset: one.offset,
        evidence: `${one.by} ${one.module} ${one.name}${used(one)}${how}`,
      })
    }
  }
}

const used = ({ calls, builds, writes }: Global): string =>
  calls > 0 ? ', and calls it' : builds > 0 ? ', and sets its state' : writes > 0 ? ', and sets items' : ''

/** Bytes within a pickle: what they hold is looked at when it looks like something that is loaded in turn. */
function judgePayload(inspection: Inspection, subject: Subject, { offset, length }: Bytes, look: Look): void {
  judgeInside(inspection, inner(subject, `bytes@${offset}`, slice(subject, offset, length)), look)
}

function judgeInside(inspection: Inspection, subject: Subject, look: Look): void {
  if (subject.depth > inspection.limits.depth_max) {
    inspection.found('pickle/limit', { member: subject.member, evidence: 'pickles in pickles, too deep' })
    return
  }
  if (!isLoadable(subject)) return
  inspection.found('pickle/nested', { member: subject.member, evidence: `${subject.source.size} bytes`, severity: 'info' })
  look(inspection, subject)
}

const CONTAINERS = new Set(['zip', 'tar', 'gzip', 'zstd', 'bzip2', 'xz', 'lz4', 'numpy', 'hdf5', 'native', 'bytecode'])

/** Whether bytes hold something that a loader would take: a container, or a pickle that is more than chance. */
function isLoadable({ source }: Subject): boolean {
  const kind = kindOf(source)
  if (CONTAINERS.has(kind)) return true
  const [first] = readPickles(source, PICKLE_LIMITS, { keeps_data: false }).pickles
  return first !== undefined && (isPickle(first) || (kind === 'pickle' && first.error === undefined))
}

/** Whether a stream without a protocol number is a pickle, and not a text that begins like one: it ends well, or calls something. */
export function isPickle({ machine, error }: Unpickled): boolean {
  if (error === undefined) return machine.operations > 2 && machine.globals_size > 0
  for (const names of machine.globals.values()) for (const one of names.values()) if (one.calls + one.builds > 0) return true
  return false
}

function judgeEnd(inspection: Inspection, subject: Subject, { pickles, rest_at, is_torch }: PickleStream): void {
  const { member, source } = subject
  const error = pickles.at(-1)?.error
  if (error?.is_limit) {
    inspection.found('pickle/limit', { member, offset: error.offset, evidence: error.message })
  } else if (rest_at !== undefined) {
    const evidence = `${source.size - rest_at} bytes after ${is_torch ? 'PyTorch’s pickles' : 'the last pickle'}`
    inspection.found('pickle/trailing', { member, offset: rest_at, evidence })
  } else if (error) inspection.found('pickle/broken', { member, offset: error.offset, evidence: error.message })
}
