import { type Field, fieldsOf, NotShown, type Pieces, varintAt } from './pieces.ts'

/** A value that goes from node to node: its name, and its type where the file says it. */
export type Value = { readonly name: string; readonly type: string }
/** An operator, with the names of the values that it takes and makes, and its settings as text. */
export type Node = {
  readonly op: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly settings: readonly string[]
}
/** What is drawn of a model. */
export type Graph = {
  readonly producer: string
  readonly opsets: readonly string[]
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly nodes: readonly Node[]
  /** Types of the weights, by their names. */
  readonly weights: ReadonlyMap<string, string>
  /** Whether there are more nodes than these. */
  readonly more: boolean
}

const NODES_MAX = 5_000
const MESSAGE_MAX_BYTES = 2 ** 20
const SETTINGS_MAX = 8
const TEXT_MAX = 200
const TYPES = (
  '? float32 uint8 int8 uint16 int16 int32 int64 string bool float16 float64 uint32 uint64 complex64 complex128 bfloat16 ' +
  'float8e4m3fn float8e4m3fnuz float8e5m2 float8e5m2fnuz uint4 int4 float4e2m1'
).split(' ')

const decoder = new TextDecoder()
const part = (message: Uint8Array, { start, end }: Field): Uint8Array => message.subarray(start, end)
const textOf = (bytes: Uint8Array): string => decoder.decode(bytes.subarray(0, TEXT_MAX * 4)).slice(0, TEXT_MAX)

type Draft = {
  producer: string
  opsets: string[]
  inputs: Value[]
  outputs: Value[]
  nodes: Node[]
  weights: Map<string, string>
  more: boolean
}

/**
 * Reads the graph of an ONNX model, for drawing: operators, and what goes between them. Weights are passed over, and graphs within nodes
 * are not gone into. It judges nothing: that is the scanner's, which reads the whole file (packages/formats).
 * @throws NotShown where it is no model
 */
export async function readGraph(pieces: Pieces): Promise<Graph> {
  const found: Draft = { producer: '', opsets: [], inputs: [], outputs: [], nodes: [], weights: new Map(), more: false }
  for await (const field of pieces.fields(0, pieces.size)) {
    if (field.number === 7) await graph(pieces, field, found)
    else if (field.number === 2) found.producer = textOf(await pieces.at(field.start, field.end))
    else if (field.number === 8 && found.opsets.length < SETTINGS_MAX) found.opsets.push(opset(await pieces.at(field.start, field.end)))
  }
  if (found.nodes.length === 0 && found.inputs.length === 0) throw new NotShown('This is no ONNX model, or it has no graph.')
  return found
}

async function graph(pieces: Pieces, { start, end }: Field, found: Draft): Promise<void> {
  for await (const field of pieces.fields(start, end)) {
    const isShort = field.end - field.start <= MESSAGE_MAX_BYTES
    if (field.number === 5) await weight(pieces, field, found)
    else if (field.number === 1 && found.nodes.length === NODES_MAX) found.more = true
    else if (field.number === 1) found.nodes.push(isShort ? node(await pieces.at(field.start, field.end)) : await longNode(pieces, field))
    else if (field.number === 11 && isShort) found.inputs.push(value(await pieces.at(field.start, field.end)))
    else if (field.number === 12 && isShort) found.outputs.push(value(await pieces.at(field.start, field.end)))
  }
  // Older files name their weights among the inputs too.
  found.inputs = found.inputs.filter(({ name }) => !found.weights.has(name))
}

async function weight(pieces: Pieces, { start, end }: Field, found: Draft): Promise<void> {
  const dims: number[] = []
  let [name, type] = ['', 0]
  for await (const field of pieces.fields(start, end)) {
    if (field.number === 1 && field.start === field.end) dims.push(field.varint)
    else if (field.number === 1) dims.push(...varints(await pieces.at(field.start, Math.min(field.end, field.start + TEXT_MAX))))
    else if (field.number === 2) type = field.varint
    else if (field.number === 8) name = textOf(await pieces.at(field.start, field.end))
  }
  found.weights.set(name, typed(type, dims.map(String)))
}

const typed = (type: number, dims: readonly string[]): string =>
  `${TYPES[type] ?? '?'}${dims.length > 0 ? ` ${dims.slice(0, SETTINGS_MAX).join('×')}` : ''}`

/** Numbers that stand one after the other in one field, as many as are shown and one more. */
function varints(bytes: Uint8Array): number[] {
  const out: number[] = []
  for (let at = 0; at < bytes.length && out.length <= SETTINGS_MAX; ) {
    const { value, end } = varintAt(bytes, at)
    out.push(value)
    at = end
  }
  return out
}

function opset(message: Uint8Array): string {
  let [domain, version] = ['', 0]
  for (const field of fieldsOf(message)) {
    if (field.number === 1) domain = textOf(part(message, field))
    else if (field.number === 2) version = field.varint
  }
  return `${domain || 'ai.onnx'} ${version}`
}

type NodeDraft = { op: string; name: string; domain: string; inputs: string[]; outputs: string[]; settings: string[] }

function take(into: NodeDraft, number: number, bytes: Uint8Array): void {
  if (number === 1) into.inputs.push(textOf(bytes))
  else if (number === 2) into.outputs.push(textOf(bytes))
  else if (number === 3) into.name = textOf(bytes)
  else if (number === 4) into.op = textOf(bytes)
  else if (number === 7) into.domain = textOf(bytes)
  else if (number === 5 && into.settings.length < SETTINGS_MAX) into.settings.push(setting(bytes))
}

const emptyNode = (): NodeDraft => ({ op: '', name: '', domain: '', inputs: [], outputs: [], settings: [] })
const nodeOf = ({ domain, ...rest }: NodeDraft): Node => ({
  ...rest,
  op: domain && domain !== 'ai.onnx' ? `${domain}.${rest.op}` : rest.op,
})

function node(message: Uint8Array): Node {
  const out = emptyNode()
  for (const field of fieldsOf(message)) take(out, field.number, part(message, field))
  return nodeOf(out)
}

/** A node with a tensor or a tree ensemble in it: its settings are named, and not read. */
async function longNode(pieces: Pieces, { start, end }: Field): Promise<Node> {
  const out = emptyNode()
  for await (const field of pieces.fields(start, end)) {
    if (field.number !== 5) take(out, field.number, await pieces.at(field.start, Math.min(field.end, field.start + TEXT_MAX * 4)))
  }
  return nodeOf(out)
}

/** `axis = 1`; what is no short value is told by its name. */
function setting(message: Uint8Array): string {
  let [name, shown] = ['', '…']
  const ints: number[] = []
  for (const field of fieldsOf(message)) {
    const bytes = part(message, field)
    if (field.number === 1) name = textOf(bytes)
    else if (field.number === 2 && bytes.length === 4) {
      const float = new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true)
      shown = String(Number(float.toPrecision(6)))
    } else if (field.number === 3) shown = String(field.varint)
    else if (field.number === 4) shown = textOf(bytes).slice(0, 40)
    else if (field.number === 8 && ints.length <= SETTINGS_MAX) ints.push(...(bytes.length > 0 ? varints(bytes) : [field.varint]))
  }
  if (ints.length > 0) shown = `[${ints.slice(0, SETTINGS_MAX).join(', ')}${ints.length > SETTINGS_MAX ? ', …' : ''}]`
  return `${name} = ${shown}`
}

function value(message: Uint8Array): Value {
  let [name, type] = ['', '']
  for (const field of fieldsOf(message)) {
    if (field.number === 1) name = textOf(part(message, field))
    else if (field.number === 2) type = valueType(part(message, field))
  }
  return { name, type }
}

/** Of TypeProto: a tensor with its shape; of others the kind alone. */
function valueType(message: Uint8Array): string {
  for (const field of fieldsOf(message)) {
    if (field.number === 4) return 'sequence'
    if (field.number === 5) return 'map'
    if (field.number !== 1) continue
    const tensor = part(message, field)
    let element = 0
    const dims: string[] = []
    for (const inner of fieldsOf(tensor)) {
      if (inner.number === 1) element = inner.varint
      else if (inner.number === 2) for (const dim of fieldsOf(part(tensor, inner))) dims.push(dimOf(part(part(tensor, inner), dim)))
    }
    return typed(element, dims)
  }
  return ''
}

function dimOf(message: Uint8Array): string {
  for (const field of fieldsOf(message)) {
    if (field.number === 1) return String(field.varint)
    if (field.number === 2) return textOf(part(message, field)).slice(0, 20)
  }
  return '?'
}
