/** A span as the benchmarks send it. */
export type BenchSpan = {
  readonly trace: string
  readonly span: string
  readonly parent?: string
  readonly name: string
  readonly start_ms: number
  readonly attributes: Readonly<Record<string, string>>
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) | 0x80)
  }
}

const piece = (field: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  return Buffer.concat([varint(field * 8 + 2), varint(body.length), body])
}
const text = (field: number, value: string): Buffer => piece(field, Buffer.from(value))

function time(field: number, ms: number): Buffer {
  const out = Buffer.alloc(9)
  out[0] = field * 8 + 1
  out.writeBigUInt64LE(BigInt(ms) * 1_000_000n, 1)
  return out
}

const attribute = (field: number, key: string, value: string): Buffer => piece(field, text(1, key), piece(2, text(1, value)))

const spanBytes = ({ trace, span, parent, name, start_ms, attributes }: BenchSpan): Buffer =>
  piece(
    2,
    piece(1, Buffer.from(trace, 'hex')),
    piece(2, Buffer.from(span, 'hex')),
    ...(parent ? [piece(4, Buffer.from(parent, 'hex'))] : []),
    text(5, name),
    time(7, start_ms),
    time(8, start_ms + 250),
    ...Object.entries(attributes).map(([key, value]) => attribute(9, key, value)),
    piece(15, Buffer.from([0x18, 1])),
  )

/** An `ExportTraceServiceRequest` of one program, in protobuf. */
export const exportRequest = (spans: readonly BenchSpan[]): Buffer =>
  piece(1, piece(1, attribute(1, 'service.name', 'bench')), piece(2, ...spans.map(spanBytes)))
