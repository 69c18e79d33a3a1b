import { isObject, type Json, type JsonObject, openMember, readJson, readZip, type Source, Unreadable } from '@millrace/formats'
import { NdArray, readNpy } from '../arrays.ts'
import { Blob, Estimator, Opaque, refuse, type Value } from '../estimator.ts'

const SCHEMA = 'schema.json'
const SCHEMA_MAX_BYTES = 256 * 1024 * 1024
const BLOB_MAX_BYTES = 512 * 1024 * 1024
const ARRAY_MAX_BYTES = 512 * 1024 * 1024
/** Of all arrays together, so that a small archive can't unpack to more than a process has. */
const ARRAYS_MAX_BYTES = 1024 * 1024 * 1024
const DEPTH_MAX = 120

/**
 * Reads a file of skops as data. Only classes that `isKnown` names become objects; a file that names a function, a method or another class
 * is refused, wherever it does. What the model's own MLmodel file says about trusted types plays no part. @throws Refused, Unreadable
 */
export function readSkops(source: Source, isKnown: (name: string) => boolean): Value {
  const { members, oddities } = readZip(source)
  const oddity = oddities[0]
  // Readers of archives disagree on it: the scanner may have seen another model than the one that would be served.
  if (oddity) refuse(`the skops file is an archive that no ordinary writer makes: ${oddity.detail} (${oddity.kind} at ${oddity.offset})`)
  const byName = new Map(members.map((member) => [member.name, member]))
  let left = ARRAYS_MAX_BYTES
  const open = (name: string, max_bytes: number): Source => {
    const member = byName.get(name)
    if (!member) return refuse(`the skops file says that it holds ${JSON.stringify(name.slice(0, 100))}, and it does not`)
    const opened = openMember(source, member, max_bytes)
    if (!opened.is_whole || opened.matches === false) refuse(`${name.slice(0, 100)} in the skops file is not what its checksum says`)
    return opened.source
  }
  const schema = open(SCHEMA, SCHEMA_MAX_BYTES)
  const { value, duplicates } = readJson(schema.read(0, schema.size).toString('utf8'), { depth_max: 512, bytes_max: SCHEMA_MAX_BYTES })
  if (duplicates.length > 0) refuse('the skops file has an object with the same key twice')
  const readArray = (file: string): NdArray => {
    const found = open(file, Math.min(ARRAY_MAX_BYTES, left))
    left -= found.size
    if (left < 0) throw new Unreadable('the arrays are too big', 0, true)
    return readNpy(found)
  }
  return new Reader(isKnown, open, readArray).node(value, 0)
}

class Reader {
  readonly isKnown: (name: string) => boolean
  readonly open: (file: string, max_bytes: number) => Source
  readonly readArray: (file: string) => NdArray
  readonly arrays = new Map<string, NdArray>()
  readonly made = new Map<number, Value>()

  constructor(isKnown: (name: string) => boolean, open: (file: string, max_bytes: number) => Source, readArray: (file: string) => NdArray) {
    this.isKnown = isKnown
    this.open = open
    this.readArray = readArray
  }

  node(json: Json | undefined, depth: number): Value {
    if (depth > DEPTH_MAX) refuse(`the skops file is nested deeper than ${DEPTH_MAX}`)
    if (!isObject(json)) return refuse('a node of the skops file is no object')
    const { __loader__: loader, __module__: module, __class__: name, __id__: id } = json
    if (typeof loader !== 'string' || typeof module !== 'string' || typeof name !== 'string')
      refuse('a node of the skops file has no class')
    const value = this.read(json, loader as string, `${module}.${name}`, depth + 1)
    if (typeof id === 'number') this.made.set(id, value)
    return value
  }

  read(json: JsonObject, loader: string, of: string, depth: number): Value {
    switch (loader) {
      case 'JsonNode':
        return plain(typeof json.content === 'string' ? readJson(json.content).value : refuse('a value of the skops file is no JSON'))
      case 'NdArrayNode':
        return this.array(json, of, depth)
      case 'ListNode':
      case 'TupleNode':
      case 'SetNode':
        return this.nodes(json.content, depth)
      case 'DictNode':
        return this.dict(json, depth)
      case 'ObjectNode':
      case 'TreeNode':
        return this.object(json, of, depth)
      case 'CachedNode':
        return typeof json.__id__ === 'number' && this.made.has(json.__id__)
          ? (this.made.get(json.__id__) as Value)
          : refuse('the skops file refers to what does not come before it')
      case 'BytearrayNode':
      case 'BytesNode':
        return typeof json.file === 'string'
          ? new Blob(this.open(json.file, BLOB_MAX_BYTES))
          : refuse('bytes of the skops file are not there')
      case 'DefaultDictNode':
      case 'MaskedArrayNode':
      case 'TypeNode':
      case 'DTypeNode':
      case 'SliceNode':
      case 'LossNode':
      case 'RandomStateNode':
      case 'RandomGeneratorNode':
        return new Opaque(of.slice(0, 200))
      default:
        return refuse(`the skops file asks for ${of.slice(0, 200)} (${loader.slice(0, 60)}): code is not run here, only data is read`)
    }
  }

  nodes(content: Json | undefined, depth: number): Value[] {
    if (!Array.isArray(content)) return refuse('a list of the skops file is none')
    return (content as readonly Json[]).map((item) => this.node(item, depth))
  }

  dict({ content }: JsonObject, depth: number): ReadonlyMap<string, Value> {
    if (!isObject(content)) return refuse('a dict of the skops file is none')
    return new Map(Object.entries(content).map(([key, item]) => [key, this.node(item, depth)]))
  }

  object({ content }: JsonObject, of: string, depth: number): Estimator {
    if (!this.isKnown(of)) refuse(`the model holds an object of ${of.slice(0, 200)}, a class that is not served without Python`)
    if (content === undefined || content === null) return new Estimator(of, new Map())
    const state = this.node(content, depth)
    return new Estimator(of, state instanceof Map ? state : new Map([['state', state]]))
  }

  array(json: JsonObject, of: string, depth: number): Value {
    if (!of.startsWith('numpy.')) refuse(`the skops file has an array of ${of.slice(0, 200)}`)
    if (json.type === 'json') {
      const shape = this.node(json.shape, depth)
      const items = this.nodes(json.content, depth)
      const flat = flatten(items, Array.isArray(shape) ? shape.length : 1)
      const sizes = Array.isArray(shape) ? shape : []
      const fits =
        sizes.length > 0 &&
        sizes.every((size) => typeof size === 'number') &&
        (sizes as number[]).reduce((a, b) => a * b, 1) === flat.length
      return fits ? new NdArray(sizes as number[], { items: flat }) : refuse('an array of the skops file does not have its shape')
    }
    if (json.type !== 'numpy' || typeof json.file !== 'string') return refuse('an array of the skops file has no content')
    const found = this.arrays.get(json.file) ?? this.readArray(json.file)
    this.arrays.set(json.file, found)
    if (of === 'numpy.ndarray') return found
    // A number of numpy's own: an array without a shape.
    if (found.shape.length > 0) return refuse('a number of the skops file is an array')
    const value = found.numbers?.[0] ?? found.items?.[0] ?? null
    return found.is_boolean ? value !== 0 : value
  }
}

/** The items of nested lists, `depth` lists deep. */
function flatten(items: readonly Value[], depth: number): readonly Value[] {
  if (depth <= 1) return items
  return items.flatMap((item) =>
    Array.isArray(item) ? flatten(item as readonly Value[], depth - 1) : refuse('an array of the skops file is ragged'),
  )
}

/** JSON as values: objects become maps. */
function plain(json: Json): Value {
  if (Array.isArray(json)) return (json as readonly Json[]).map(plain)
  return isObject(json) ? new Map(Object.entries(json).map(([key, item]) => [key, plain(item)])) : (json as Value)
}
