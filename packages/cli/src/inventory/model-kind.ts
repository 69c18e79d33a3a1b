import {
  decompress,
  type Kind,
  kindOf,
  memorySource,
  PACKINGS,
  type Packing,
  PICKLE_LIMITS,
  part,
  readPickles,
  readTar,
  readZip,
  type Source,
  Unreadable,
} from '@millrace/formats'

const HEAD_BYTES = 64 * 1024
/** Nothing comes out before a whole block is there. */
const BZIP2_BLOCK_BYTES = 2 ** 20
const UNPACKED_MAX_BYTES = 64 * 2 ** 20
const OPERATIONS_MAX = 10_000
const FIELDS_MAX = 10_000

/** What is a model, or the arrays of one, whatever it is called. */
const MODELS: ReadonlySet<Kind> = new Set(['pickle', 'numpy', 'hdf5', 'safetensors', 'gguf', 'catboost', 'flatbuffer'])
/** Packings that are not read: what is in them nobody can tell, so that only here the name counts. */
const SEALED: ReadonlySet<Kind> = new Set(['7z', 'rar'])
/** Signatures of so few bytes that other files begin with them, too: of what does not unpack, the name counts. */
const WEAK: ReadonlySet<Kind> = new Set(['bzip2', 'xz', 'lzma', 'lz4'])
const MODEL_NAME =
  /\.(?:pkl|pickle|joblib|dill|pt|pth|ckpt|bin|model|mar|npy|npz|h5|hdf5|keras|onnx|pb|safetensors|gguf|skops|tflite)(?:\.\w+)?$/i
/** Members by which an archive is known as a model: in there, their names are part of the format. */
const MEMBER =
  /(?:^|\/)(?:MLmodel|saved_model\.pb|[^/]+\.(?:pkl|pickle|joblib|dill|pt|pth|ckpt|npy|h5|hdf5|keras|onnx|safetensors|gguf|skops))$/
const ONNX_FIELDS = new Set([1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26])

/** What kind of model a file is, by its content; undefined when it is none. Its name counts only where the content can't be read. */
export function modelKind(source: Source, name: string, depth = 0): string | undefined {
  const kind = kindOf(source)
  if (MODELS.has(kind)) return kind
  if (SEALED.has(kind)) return MODEL_NAME.test(name) ? kind : undefined
  try {
    if (kind === 'zip') return readZip(source).members.some((member) => MEMBER.test(member.name)) ? 'zip' : undefined
    if (kind === 'tar') return readTar(source).some((member) => MEMBER.test(member.name)) ? 'tar' : undefined
    const packing = PACKINGS.find((one) => one === kind)
    if (packing) return packed(source, packing, name, depth)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    // An archive that can't be read is no proof that nothing is in it; two bytes are none that it is one.
    if (kind === 'zlib' || (WEAK.has(kind) && !MODEL_NAME.test(name))) return undefined
    return kind
  }
  return kind === 'text' || kind === 'binary' ? unsigned(source, kind) : undefined
}

/** A packed file is what its beginning unpacks to. */
function packed(source: Source, kind: Packing, name: string, depth: number): string | undefined {
  if (depth > 1) return undefined
  const whole = kind === 'zstd' ? source : part(source, 0, kind === 'bzip2' ? BZIP2_BLOCK_BYTES : HEAD_BYTES)
  const unpacked = memorySource(decompress(whole, kind, UNPACKED_MAX_BYTES).bytes)
  const of_members = kindOf(unpacked) === 'tar' && source.size > HEAD_BYTES
  const inner = of_members ? (MODEL_NAME.test(name) ? 'tar' : undefined) : modelKind(unpacked, name.replace(/\.\w+$/, ''), depth + 1)
  return inner && `${inner} in ${kind}`
}

/** Formats that have no signature. */
function unsigned(source: Source, kind: 'text' | 'binary'): string | undefined {
  const head = source.read(0, 4096).toString('latin1')
  if (kind === 'text') {
    if (/^flavors:/m.test(head)) return 'MLmodel'
    if (/^tree\s+version=/.test(head)) return 'lightgbm'
    if (/^\s*\{\s*"(?:learner|version|Config|Model)"/.test(head) && head.includes('"learner"')) return 'xgboost'
  } else {
    if (/^\{[iUIlL]\0*.{1,8}?(?:learner|Config|Model)/s.test(head)) return 'xgboost'
    const fields = fieldsOf(source)
    if (fields?.has(7) && [...fields].every((one) => ONNX_FIELDS.has(one))) return 'onnx'
    if (fields?.has(2) && fields.size <= 2 && [...fields].every((one) => one <= 2) && head.includes('serve')) return 'tensorflow'
  }
  return isOldPickle(source) ? 'pickle' : undefined
}

/** Pickles of the first protocols look like text: one that names something and ends well, or calls it, is a pickle. */
function isOldPickle(source: Source): boolean {
  const [first] = readPickles(part(source, 0, HEAD_BYTES), { ...PICKLE_LIMITS, operations_max: OPERATIONS_MAX }).pickles
  if (!first) return false
  const { machine, error } = first
  if (error === undefined) return machine.operations > 2 && machine.globals_size > 0
  return [...machine.globals.values()].some((names) => [...names.values()].some(({ calls, builds }) => calls + builds > 0))
}

/** The numbers of a protobuf message's fields, without reading what is in them; undefined when it is none, to its last byte. */
function fieldsOf(source: Source): Set<number> | undefined {
  const numbers = new Set<number>()
  let at = 0
  for (let count = 0; at < source.size; count++) {
    const head = source.read(at, 20)
    const tag = varint(head, 0)
    if (!tag || count > FIELDS_MAX) return undefined
    const value = (tag.value & 7) <= 2 ? varint(head, tag.end) : { value: 0, end: tag.end }
    const type = tag.value & 7
    const number = Math.floor(tag.value / 8)
    if (!value || number === 0 || number > 1_000) return undefined
    if (type === 0) at += value.end
    else if (type === 1) at += tag.end + 8
    else if (type === 2) at += value.end + value.value
    else if (type === 5) at += tag.end + 4
    else return undefined
    numbers.add(number)
  }
  return at === source.size ? numbers : undefined
}

function varint(bytes: Buffer, from: number): { value: number; end: number } | undefined {
  let value = 0
  for (let at = from; at < Math.min(bytes.length, from + 10); at++) {
    const byte = bytes.readUInt8(at)
    value += (byte & 0x7f) * 2 ** (7 * (at - from))
    if (byte < 0x80) return { value, end: at + 1 }
  }
  return undefined
}
