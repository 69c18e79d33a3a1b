// What goes between the process that serves and the one that computes: messages of a length and bytes, tensors as their bytes.

/** Types of elements, at the numbers that ONNX has for them. */
export const TYPES = [
  ...['', 'float32', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool', '', 'float64', 'uint32', 'uint64'],
] as const satisfies readonly string[]

/** The numbers in a tensor, by the number of its type; texts stand for themselves. */
export const ARRAYS = {
  1: Float32Array,
  2: Uint8Array,
  3: Int8Array,
  4: Uint16Array,
  5: Int16Array,
  6: Int32Array,
  7: BigInt64Array,
  9: Uint8Array,
  11: Float64Array,
  12: Uint32Array,
  13: BigUint64Array,
} as const
export const TEXT = 8

export type TensorData = InstanceType<(typeof ARRAYS)[keyof typeof ARRAYS]> | readonly string[]

/** Values of one type in a shape. */
export type Tensor = { readonly type: number; readonly shape: readonly number[]; readonly data: TensorData }

/** A question or an answer: its number, and tensors or, of an answer, why there are none. */
export type Message = { readonly id: number; readonly tensors: readonly Tensor[]; readonly problem?: string }

/** Of the length, the number, the kind and how many tensors there are. */
const HEAD_BYTES = 16
/** Numbers of eight bytes begin where such may, so that what arrives is not copied once more. */
const aligned = (at: number): number => (at + 7) & ~7

/** A message as it is sent: its length, number, kind, and what is in it. */
export function pack({ id, tensors, problem }: Message): Buffer {
  const bodies = problem === undefined ? tensors.map(bytesOf) : [Buffer.from(problem)]
  let size = HEAD_BYTES + (problem === undefined ? 0 : (bodies[0] as Uint8Array).length)
  for (let one = 0; one < tensors.length; one++) {
    size = aligned(size + 6 + 4 * (tensors[one] as Tensor).shape.length) + (bodies[one] as Uint8Array).length
  }
  size = aligned(size)
  const packed = Buffer.allocUnsafe(size)
  packed.writeUInt32LE(size - 4, 0)
  packed.writeUInt32LE(id, 4)
  packed[8] = problem === undefined ? 0 : 1
  packed[9] = tensors.length
  packed.writeUInt32LE(problem === undefined ? 0 : (bodies[0] as Uint8Array).length, 12)
  if (problem !== undefined) packed.set(bodies[0] as Uint8Array, HEAD_BYTES)
  let at = HEAD_BYTES
  for (let one = 0; one < tensors.length; one++) {
    const { type, shape } = tensors[one] as Tensor
    const body = bodies[one] as Uint8Array
    packed[at] = type
    packed[at + 1] = shape.length
    at += 2
    for (const length of shape) at = packed.writeUInt32LE(length, at)
    at = aligned(packed.writeUInt32LE(body.length, at))
    packed.set(body, at)
    at += body.length
  }
  return packed
}

function bytesOf({ data }: Tensor): Uint8Array {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return Buffer.from(JSON.stringify(data))
}

/** Reads a message. Its numbers are those that lie in it, not a copy. @throws RangeError, TypeError or SyntaxError when it is none */
export function unpack(packed: Buffer): Message {
  const id = packed.readUInt32LE(4)
  if (packed[8] === 1) return { id, tensors: [], problem: packed.toString('utf8', HEAD_BYTES, HEAD_BYTES + packed.readUInt32LE(12)) }
  const tensors: Tensor[] = []
  let at = HEAD_BYTES
  for (let count = packed[9] as number; count > 0; count--) {
    const type = packed[at] as number
    const rank = packed[at + 1] as number
    at += 2
    const shape: number[] = []
    for (let one = 0; one < rank; one++, at += 4) shape.push(packed.readUInt32LE(at))
    const length = packed.readUInt32LE(at)
    at = aligned(at + 4)
    tensors.push({ type, shape, data: dataOf(type, packed, at, length) })
    at += length
  }
  return { id, tensors }
}

function dataOf(type: number, packed: Buffer, from: number, bytes: number): TensorData {
  if (type === TEXT) return JSON.parse(packed.toString('utf8', from, from + bytes)) as string[]
  const Numbers = ARRAYS[type as keyof typeof ARRAYS]
  if (from + bytes > packed.length) throw new RangeError('a tensor is longer than its message')
  const start = packed.byteOffset + from
  // Where the message itself does not begin on a multiple of eight, its numbers are copied to where they may be.
  if (start % 8 !== 0) return new Numbers(new Uint8Array(packed.subarray(from, from + bytes)).buffer)
  return new Numbers(packed.buffer as ArrayBuffer, start, bytes / Numbers.BYTES_PER_ELEMENT)
}

/** Cuts what arrives into messages. */
export class Cutter {
  #pieces: Buffer[] = []
  #bytes = 0

  /** The messages that are whole now, each with its length before it. */
  add(piece: Buffer): Buffer[] {
    this.#pieces.push(piece)
    this.#bytes += piece.length
    const whole: Buffer[] = []
    while (this.#bytes >= 4) {
      const first = this.#pieces[0] as Buffer
      if (first.length < 4) this.#join()
      const length = (this.#pieces[0] as Buffer).readUInt32LE(0)
      if (this.#bytes < 4 + length) break
      const all = this.#join()
      whole.push(all.subarray(0, 4 + length))
      this.#pieces = [all.subarray(4 + length)]
      this.#bytes -= 4 + length
    }
    return whole
  }

  #join(): Buffer {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)]
    return this.#pieces[0] as Buffer
  }
}
