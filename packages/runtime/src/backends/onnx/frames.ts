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

const HEAD_BYTES = 10

/** A message as it is sent: its length, number, kind, and what is in it. */
export function pack({ id, tensors, problem }: Message): Buffer {
  const bodies = problem === undefined ? tensors.map(bytesOf) : [Buffer.from(problem)]
  let size = HEAD_BYTES
  tensors.forEach(({ shape }, at) => {
    size += 6 + 4 * shape.length + (bodies[at] as Buffer).length
  })
  if (problem !== undefined) size += (bodies[0] as Buffer).length
  const packed = Buffer.allocUnsafe(size)
  packed.writeUInt32LE(size - 4, 0)
  packed.writeUInt32LE(id, 4)
  packed[8] = problem === undefined ? 0 : 1
  packed[9] = tensors.length
  let at = HEAD_BYTES
  if (problem !== undefined) (bodies[0] as Buffer).copy(packed, at)
  else
    tensors.forEach(({ type, shape }, one) => {
      const body = bodies[one] as Buffer
      packed[at] = type
      packed[at + 1] = shape.length
      at += 2
      for (const length of shape) at = packed.writeUInt32LE(length, at)
      at = packed.writeUInt32LE(body.length, at)
      at += body.copy(packed, at)
    })
  return packed
}

function bytesOf({ data }: Tensor): Buffer {
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
  return Buffer.from(JSON.stringify(data))
}

/** Reads a message, without its length. */
export function unpack(packed: Buffer): Message {
  const id = packed.readUInt32LE(0)
  if (packed[4] === 1) return { id, tensors: [], problem: packed.toString('utf8', 6) }
  const tensors: Tensor[] = []
  let at = 6
  for (let count = packed[5] as number; count > 0; count--) {
    const [type = 0, rank = 0] = packed.subarray(at, at + 2)
    at += 2
    const shape: number[] = []
    for (let one = 0; one < rank; one++, at += 4) shape.push(packed.readUInt32LE(at))
    const length = packed.readUInt32LE(at)
    at += 4
    tensors.push({ type, shape, data: dataOf(type, packed.subarray(at, at + length)) })
    at += length
  }
  return { id, tensors }
}

function dataOf(type: number, bytes: Buffer): TensorData {
  if (type === TEXT) return JSON.parse(bytes.toString('utf8')) as string[]
  // A copy begins where numbers of eight bytes may.
  const copy = new Uint8Array(bytes).buffer
  return new ARRAYS[type as keyof typeof ARRAYS](copy)
}

/** Cuts what arrives into messages. */
export class Cutter {
  #pieces: Buffer[] = []
  #bytes = 0

  /** The messages that are whole now. */
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
      whole.push(all.subarray(4, 4 + length))
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
