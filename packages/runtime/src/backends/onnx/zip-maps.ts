import { fieldsOf, textOf } from '@millrace/formats'
import type { Label } from '../../backend.ts'
import { refuse } from '../estimator.ts'

/** Shares of classes that a model gives as a map for each row: under which name, and of which classes. */
export type ClassMap = { readonly name: string; readonly keys: readonly Label[] }

type ZipMap = ClassMap & { readonly input: string }

/**
 * Takes ZipMap off the outputs of a graph, which converters of scikit-learn put there: it makes a list of maps of a tensor, and only
 * tensors come out of ONNX Runtime here. What it takes is given instead, and becomes maps again where answers are written.
 */
export function withoutMaps(model: Buffer): { model: Buffer; maps: ReadonlyMap<number, ClassMap> } {
  const pieces: Buffer[] = []
  const maps = new Map<number, ClassMap>()
  for (const { number, bytes, piece } of piecesOf(model)) {
    pieces.push(number === 7 && bytes ? message(7, graphWithout(bytes, maps)) : piece)
  }
  return maps.size === 0 ? { model, maps } : { model: Buffer.concat(pieces), maps }
}

function graphWithout(graph: Buffer, maps: Map<number, ClassMap>): Buffer {
  const found = new Map<string, ZipMap>()
  for (const { number, bytes } of fieldsOf(graph)) {
    const one = number === 1 && bytes ? zipMapOf(bytes) : undefined
    if (one) found.set(one.name, one)
  }
  if (found.size === 0) return graph
  const pieces: Buffer[] = []
  let output = 0
  for (const { number, bytes, piece } of piecesOf(graph)) {
    if (number === 1 && bytes && zipMapOf(bytes)) continue
    const map = number === 12 && bytes ? found.get(textIn(bytes, 1)) : undefined
    if (number === 12) output++
    if (map) maps.set(output - 1, map)
    pieces.push(map ? message(12, floats(map.input)) : piece)
  }
  if (maps.size !== found.size) refuse('the graph makes maps of classes that it does not give: convert the model with zipmap off')
  return Buffer.concat(pieces)
}

/** The fields of a message with the bytes that they are written as. */
function* piecesOf(whole: Buffer) {
  const fields = [...fieldsOf(whole)]
  for (const [at, field] of fields.entries()) yield { ...field, piece: whole.subarray(field.start, fields[at + 1]?.start ?? whole.length) }
}

function zipMapOf(node: Buffer): ZipMap | undefined {
  if (textIn(node, 4) !== 'ZipMap' || textIn(node, 7) !== 'ai.onnx.ml') return undefined
  const keys: Label[] = []
  for (const { number, bytes } of fieldsOf(node)) {
    if (number !== 5 || !bytes) continue
    for (const field of fieldsOf(bytes)) {
      if (field.number === 9) keys.push(textOf(field))
      else if (field.number === 8) keys.push(...(field.bytes ? packed(field.bytes) : [whole(bytes.subarray(field.start + 1))[0]]))
    }
  }
  return { name: textIn(node, 2), input: textIn(node, 1), keys }
}

function packed(bytes: Buffer): number[] {
  const numbers: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const [number, length] = whole(bytes.subarray(at))
    numbers.push(number)
    at += length
  }
  return numbers
}

/** A number as it is written, below zero in ten bytes, and how many those are. */
function whole(bytes: Buffer): [number, number] {
  let value = 0n
  let length = 0
  for (const byte of bytes.subarray(0, 10)) {
    value |= BigInt(byte & 0x7f) << BigInt(7 * length++)
    if (byte < 0x80) break
  }
  return [Number(BigInt.asIntN(64, value)), length]
}

function textIn(node: Buffer, wanted: number): string {
  for (const field of fieldsOf(node)) if (field.number === wanted) return textOf(field)
  return ''
}

/** A field of bytes, as protobuf writes it. */
function message(number: number, bytes: Buffer): Buffer {
  const head = [number * 8 + 2]
  for (let left = bytes.length; ; left = Math.floor(left / 128)) {
    head.push((left % 128) + (left >= 128 ? 128 : 0))
    if (left < 128) break
  }
  return Buffer.concat([Buffer.from(head), bytes])
}

/** A value of the name, a tensor of float32 of any shape. */
const floats = (name: string): Buffer => Buffer.concat([message(1, Buffer.from(name)), message(2, message(1, Buffer.from([8, 1])))])
