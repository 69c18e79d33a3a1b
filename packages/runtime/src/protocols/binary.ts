import { isMembers, type Members, memberOf, parseBody } from './json.ts'
import { RequestProblem } from './request-problem.ts'

const BYTES_OF: Readonly<Record<string, number>> = {
  BOOL: 1,
  INT8: 1,
  UINT8: 1,
  INT16: 2,
  UINT16: 2,
  FP16: 2,
  INT32: 4,
  UINT32: 4,
  FP32: 4,
  INT64: 8,
  UINT64: 8,
  FP64: 8,
}

/**
 * Reads a request of the V2 protocol whose tensors may lie in bytes behind the JSON, which is as long as the header says. Gives it as if
 * all of it had been JSON. @throws RequestProblem
 */
export function parseTensors(body: Buffer, header: string | undefined): unknown {
  if (header === undefined) return parseBody(body)
  const length = /^\d{1,10}$/.test(header) ? Number(header) : Number.NaN
  if (!(length <= body.length))
    throw new RequestProblem(`Inference-Header-Content-Length is '${header}', and the body has ${body.length} bytes.`)
  const request = parseBody(body.subarray(0, length))
  if (!isMembers(request)) return request
  const inputs = memberOf(request, 'inputs')
  let at = length
  const whole = Array.isArray(inputs)
    ? inputs.map((input) => {
        const size = isMembers(input) ? parameterOf(input, 'binary_data_size') : undefined
        if (size === undefined) return input
        if (!Number.isSafeInteger(size) || (size as number) < 0 || at + (size as number) > body.length) {
          throw new RequestProblem(`An input has binary_data_size ${JSON.stringify(size)}, and ${body.length - at} bytes are left.`)
        }
        const bytes = body.subarray(at, at + (size as number))
        at += size as number
        return { ...(input as Members), data: valuesIn(bytes, memberOf(input as Members, 'datatype')) }
      })
    : inputs
  if (at !== body.length) throw new RequestProblem(`${body.length - at} bytes behind the tensors are of no input.`)
  return { ...request, inputs: whole }
}

/** A member of `parameters`. */
export function parameterOf(value: Members, name: string): unknown {
  const parameters = memberOf(value, 'parameters')
  return isMembers(parameters) ? memberOf(parameters, name) : undefined
}

function valuesIn(bytes: Buffer, datatype: unknown): unknown[] {
  if (datatype === 'BYTES') return textsIn(bytes)
  const size = typeof datatype === 'string' && Object.hasOwn(BYTES_OF, datatype) ? (BYTES_OF[datatype] as number) : 0
  if (size === 0) throw new RequestProblem(`The datatype ${JSON.stringify(datatype)} can't be sent as bytes.`)
  if (bytes.length % size !== 0) throw new RequestProblem(`${bytes.length} bytes are no whole number of ${datatype}.`)
  const values = new Array<number | boolean>(bytes.length / size)
  for (let at = 0; at < values.length; at++) values[at] = valueAt(bytes, at * size, datatype as string)
  return values
}

function valueAt(bytes: Buffer, at: number, datatype: string): number | boolean {
  switch (datatype) {
    case 'BOOL':
      return bytes[at] !== 0
    case 'INT8':
      return bytes.readInt8(at)
    case 'UINT8':
      return bytes.readUInt8(at)
    case 'INT16':
      return bytes.readInt16LE(at)
    case 'UINT16':
      return bytes.readUInt16LE(at)
    case 'INT32':
      return bytes.readInt32LE(at)
    case 'UINT32':
      return bytes.readUInt32LE(at)
    case 'INT64':
      return Number(bytes.readBigInt64LE(at))
    case 'UINT64':
      return Number(bytes.readBigUInt64LE(at))
    case 'FP16':
      return halfAt(bytes.readUInt16LE(at))
    case 'FP32':
      return bytes.readFloatLE(at)
    default:
      return bytes.readDoubleLE(at)
  }
}

function halfAt(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * 2 ** -24 * fraction
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
}

/** Each text has its length before it, in four bytes. */
function textsIn(bytes: Buffer): string[] {
  const texts: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 <= bytes.length ? at + 4 + bytes.readUInt32LE(at) : Number.POSITIVE_INFINITY
    if (end > bytes.length) throw new RequestProblem('A text among the BYTES is longer than what was sent.')
    texts.push(bytes.toString('utf8', at + 4, end))
    at = end
  }
  return texts
}

/** Values as the bytes of their datatype; undefined for one that is answered in JSON. */
export function bytesOf(values: readonly unknown[], datatype: string): Buffer | undefined {
  if (datatype === 'BYTES') {
    return Buffer.concat(
      values.flatMap((value) => {
        const text = Buffer.from(String(value))
        const length = Buffer.alloc(4)
        length.writeUInt32LE(text.length)
        return [length, text]
      }),
    )
  }
  const size = BYTES_OF[datatype]
  if (size === undefined || (datatype.startsWith('INT') && !values.every(Number.isSafeInteger))) return undefined
  const bytes = Buffer.alloc(values.length * size)
  values.forEach((value, at) => {
    if (datatype === 'BOOL') bytes[at] = value ? 1 : 0
    else if (datatype === 'INT64') bytes.writeBigInt64LE(BigInt(value as number), at * 8)
    else if (datatype === 'INT32') bytes.writeInt32LE(value as number, at * 4)
    else if (datatype === 'FP32') bytes.writeFloatLE(value as number, at * 4)
    else bytes.writeDoubleLE(value as number, at * 8)
  })
  return bytes
}
