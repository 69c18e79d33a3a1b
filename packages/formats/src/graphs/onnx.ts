import { Unreadable } from '../unreadable.ts'
import { fieldsOf, textOf } from './wire.ts'

/** What a graph of ONNX names: its operators, where its tensors' data lie, and its texts. */
export type OnnxFacts = {
  /** `domain operator`, each once. */
  readonly operators: ReadonlySet<string>
  /** Tensors whose data lie in another file. */
  readonly external: readonly { readonly location: string; readonly offset: number; readonly length: number }[]
  readonly texts: ReadonlyMap<string, string>
  readonly nodes: number
}

const DEPTH_MAX = 64
const NODES_MAX = 5_000_000

type Found = {
  operators: Set<string>
  external: { location: string; offset: number; length: number }[]
  texts: Map<string, string>
  nodes: number
}
type Reader = (message: Buffer, found: Found, depth: number) => void

/** Walks a model: graphs within nodes, functions, training, tensors wherever they stand. @throws Unreadable */
export function readOnnx(model: Buffer): OnnxFacts {
  const found: Found = { operators: new Set(), external: [], texts: new Map(), nodes: 0 }
  for (const field of fieldsOf(model)) {
    if (!field.bytes) continue
    if (field.number === 7) graph(field.bytes, found, 0)
    else if (field.number === 14) property(field.bytes, found)
    else if (field.number === 20) inEach(field.bytes, { 1: graph, 2: graph }, found, 0)
    else if (field.number === 25) inEach(field.bytes, { 7: node }, found, 0)
  }
  return found
}

function inEach(message: Buffer, readers: Readonly<Record<number, Reader>>, found: Found, depth: number): void {
  if (depth > DEPTH_MAX) throw new Unreadable('graphs in graphs, too deep', 0, true)
  for (const { number, bytes } of fieldsOf(message)) if (bytes) readers[number]?.(bytes, found, depth)
}

const graph: Reader = (message, found, depth) => inEach(message, { 1: node, 5: tensor, 15: sparse }, found, depth + 1)
const sparse: Reader = (message, found, depth) => inEach(message, { 1: tensor, 2: tensor }, found, depth + 1)
const attribute: Reader = (message, found, depth) =>
  inEach(message, { 5: tensor, 6: graph, 10: tensor, 11: graph, 22: sparse, 23: sparse }, found, depth + 1)

function node(message: Buffer, found: Found, depth: number): void {
  if (++found.nodes > NODES_MAX) throw new Unreadable(`it has more than ${NODES_MAX} nodes`, 0, true)
  let operator = ''
  let domain = ''
  for (const field of fieldsOf(message)) {
    if (field.number === 4) operator = textOf(field)
    else if (field.number === 7) domain = textOf(field)
    else if (field.number === 5 && field.bytes) attribute(field.bytes, found, depth)
  }
  found.operators.add(`${domain} ${operator}`)
}

function tensor(message: Buffer, found: Found): void {
  let is_external = false
  const told = new Map<string, string>()
  for (const field of fieldsOf(message)) {
    if (field.number === 14) is_external = field.varint === 1
    else if (field.number === 13 && field.bytes) told.set(...entry(field.bytes))
  }
  if (!is_external && told.size === 0) return
  const number = (key: string): number => Number(told.get(key) ?? 0)
  found.external.push({ location: told.get('location') ?? '', offset: number('offset'), length: number('length') })
}

const property = (message: Buffer, found: Found): void => void found.texts.set(...entry(message))

function entry(message: Buffer): [string, string] {
  const parts = ['', '']
  for (const field of fieldsOf(message)) if (field.number === 1 || field.number === 2) parts[field.number - 1] = textOf(field)
  return parts as [string, string]
}
