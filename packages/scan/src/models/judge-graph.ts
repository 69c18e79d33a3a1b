import { escapes, fieldNumbers, readOnnx, readSavedModel, Unreadable } from '@millrace/formats'
import { judgeTemplate } from '../documents/templates.ts'
import type { Inspection } from '../inspection.ts'
import type { Subject } from '../subject.ts'

/** Graphs of more bytes than this are not read whole. */
const GRAPH_MAX_BYTES = 2 * 1024 * 1024 * 1024 - 1
const ONNX_FIELDS = new Set([1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26])

/** Judges a message of protobuf that is a model of ONNX or TensorFlow: neither has a signature. False when it is none. */
export function judgeGraph(inspection: Inspection, subject: Subject): boolean {
  const { source, member } = subject
  const [first = 0] = source.read(0, 1)
  const is_named = /\.(?:onnx|pb)$/i.test(subject.name)
  if (source.size > GRAPH_MAX_BYTES || (!is_named && first !== 0x08 && first !== 0x12 && first !== 0x3a)) return false
  const message = source.read(0, source.size)
  const numbers = fieldNumbers(message)
  if (numbers === undefined) {
    if (is_named) inspection.found('graph/broken', { member, evidence: 'it is no message of protobuf' })
    return is_named
  }
  const is_onnx = numbers.has(7) && [...numbers].every((one) => ONNX_FIELDS.has(one))
  const is_saved = !is_onnx && numbers.has(2) && [...numbers].every((one) => one <= 2)
  if (!is_onnx && !is_saved) return false
  try {
    if (is_onnx) judgeOnnx(inspection, subject, message)
    else judgeSavedModel(inspection, subject, message)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    inspection.found('graph/broken', { member, evidence: error.message })
  }
  return true
}

const DOMAIN = /^(?:|ai\.onnx(?:\.[\w.]+)?|com\.microsoft(?:\.[\w.]+)?|org\.pytorch\.[\w.]+|pkg\.[\w.]+)$/

function judgeOnnx(inspection: Inspection, { member, depth }: Subject, message: Buffer): void {
  const { operators, external, texts } = readOnnx(message)
  for (const one of operators) {
    const [domain = '', operator = ''] = one.split(' ')
    if (!DOMAIN.test(domain) || operator === 'PyOp') inspection.found('onnx/operator', { member, evidence: one.trim() })
  }
  for (const { location, offset, length } of external) {
    const why =
      escapes(location) ??
      (location === '' ? 'its place is empty' : undefined) ??
      (/^[a-z][\w+.-]*:/i.test(location) ? 'it is an address' : undefined)
    if (why) inspection.found('onnx/external', { member, evidence: `${location}: ${why}` })
    if (!(offset >= 0 && length >= 0))
      inspection.found('onnx/external', { member, evidence: `${location}: offset ${offset}, length ${length}` })
    if (depth === 0 && !why) rememberTensors(inspection, location, offset + length)
    if (depth > 0 && !why) inspection.found('graph/broken', { member, evidence: `${location}: data beside a model in an archive` })
  }
  for (const text of texts.values()) judgeTemplate(inspection, member, text)
}

/** A graph may have a tensor for each of its layers, nearly always in one file. */
function rememberTensors({ tensors_in }: Inspection, location: string, end: number): void {
  const at = tensors_in.findIndex((one) => one.location === location)
  if (at === -1) tensors_in.push({ location, end })
  else tensors_in[at] = { location, end: Math.max(end, tensors_in[at]?.end ?? 0) }
}

const RUNS = new Set(['PyFunc', 'PyFuncStateless', 'EagerPyFunc', 'LoadLibrary', 'LoadDataset', 'DebugIdentity', 'RpcCall', 'RpcServer'])
const FILES = new Set(
  (
    'ReadFile WriteFile MatchingFiles WholeFileReader WholeFileReaderV2 FixedLengthRecordReader TextLineReader TFRecordReader ' +
    'TextLineDataset ' +
    'TFRecordDataset FixedLengthRecordDataset DeleteDirectory RenameFile CopyFile SaveDataset SaveDatasetV2 SnapshotDataset ' +
    'SqlDataset BigQueryReader'
  ).split(' '),
)
const CUSTOM = /Exec|Shell|Command|Script|Python|Eval\b/

function judgeSavedModel(inspection: Inspection, { member }: Subject, message: Buffer): void {
  for (const [operator, count] of readSavedModel(message).operators) {
    const evidence = `${operator} (${count})`
    if (RUNS.has(operator)) inspection.found('tensorflow/operation', { member, evidence })
    else if (FILES.has(operator)) inspection.found('tensorflow/files', { member, evidence })
    else if (!/^[A-Z_][A-Za-z0-9_>]*$/.test(operator) || CUSTOM.test(operator)) inspection.found('tensorflow/unknown', { member, evidence })
  }
}
