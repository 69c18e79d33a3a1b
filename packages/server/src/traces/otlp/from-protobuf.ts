import { type Attributes, doubleText, emptySpan, jsonOf, NESTING_MAX, notOtlp, type OtlpResource, type OtlpSpan } from './otlp-span.ts'
import { BYTES, FIXED64, VARINT, WireReader } from './wire.ts'

/** An `ExportTraceServiceRequest`. @throws ApiError BAD_REQUEST when the bytes are none */
export function fromProtobuf(bytes: Buffer): OtlpResource[] {
  const out: OtlpResource[] = []
  const request = new WireReader(bytes)
  while (request.next()) {
    if (request.is(1, BYTES)) out.push(resourceSpans(request))
    else request.skip()
  }
  return out
}

function resourceSpans(reader: WireReader): OtlpResource {
  const resource: OtlpResource = { attributes: new Map(), spans: [] }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.is(1, BYTES)) attributesWithin(reader, resource.attributes)
    else if (reader.is(2, BYTES)) scopeSpans(reader, resource.spans)
    else reader.skip()
  }
  reader.leave(outer)
  return resource
}

function attributesWithin(reader: WireReader, into: Attributes): void {
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.is(1, BYTES)) keyValue(reader, into)
    else reader.skip()
  }
  reader.leave(outer)
}

function scopeSpans(reader: WireReader, into: OtlpSpan[]): void {
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.is(2, BYTES)) into.push(spanOf(reader))
    else reader.skip()
  }
  reader.leave(outer)
}

function spanOf(reader: WireReader): OtlpSpan {
  const span = emptySpan()
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.is(1, BYTES)) span.trace_id = reader.encoded('hex')
    else if (reader.is(2, BYTES)) span.span_id = reader.encoded('hex')
    else if (reader.is(4, BYTES)) span.parent_id = reader.encoded('hex')
    else if (reader.is(5, BYTES)) span.name = reader.text()
    else if (reader.is(7, FIXED64)) span.start_ns = reader.fixed64()
    else if (reader.is(8, FIXED64)) span.end_ns = reader.fixed64()
    else if (reader.is(9, BYTES)) keyValue(reader, span.attributes, 0, jsonOf)
    else if (reader.is(11, BYTES)) span.events.push(eventOf(reader))
    else if (reader.is(13, BYTES)) span.links.push(linkOf(reader))
    else if (reader.is(15, BYTES)) statusInto(reader, span)
    else reader.skip()
  }
  reader.leave(outer)
  return span
}

function eventOf(reader: WireReader): OtlpSpan['events'][number] {
  const event = { name: '', time_ns: 0n, attributes: new Map<string, string>() }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.is(1, FIXED64)) event.time_ns = reader.fixed64()
    else if (reader.is(2, BYTES)) event.name = reader.text()
    else if (reader.is(3, BYTES)) keyValue(reader, event.attributes)
    else reader.skip()
  }
  reader.leave(outer)
  return event
}

function linkOf(reader: WireReader): OtlpSpan['links'][number] {
  const link = { trace_id: '', span_id: '', attributes: new Map<string, string>() }
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.is(1, BYTES)) link.trace_id = reader.encoded('hex')
    else if (reader.is(2, BYTES)) link.span_id = reader.encoded('hex')
    else if (reader.is(4, BYTES)) keyValue(reader, link.attributes)
    else reader.skip()
  }
  reader.leave(outer)
  return link
}

function statusInto(reader: WireReader, span: OtlpSpan): void {
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.is(2, BYTES)) span.message = reader.text()
    else if (reader.is(3, VARINT)) span.status = Number(reader.varint())
    else reader.skip()
  }
  reader.leave(outer)
}

function keyValue(reader: WireReader, into: Attributes, depth = 0, quoted: (text: string) => string = JSON.stringify): void {
  let key = ''
  let value = 'null'
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.is(1, BYTES)) key = reader.text()
    else if (reader.is(2, BYTES)) value = anyValue(reader, depth, quoted)
    else reader.skip()
  }
  reader.leave(outer)
  into.set(key, value)
}

/** A value as JSON text. */
function anyValue(reader: WireReader, depth: number, quoted: (text: string) => string = JSON.stringify): string {
  if (depth > NESTING_MAX) throw notOtlp(`a value is nested deeper than ${NESTING_MAX} levels.`)
  let text = 'null'
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.is(1, BYTES)) text = quoted(reader.text())
    else if (reader.is(2, VARINT)) text = reader.varint() === 0n ? 'false' : 'true'
    else if (reader.is(3, VARINT)) text = String(BigInt.asIntN(64, reader.varint()))
    else if (reader.is(4, FIXED64)) text = doubleText(reader.double())
    else if (reader.is(5, BYTES)) text = arrayValue(reader, depth + 1)
    else if (reader.is(6, BYTES)) text = listValue(reader, depth + 1)
    else if (reader.is(7, BYTES)) text = JSON.stringify(reader.encoded('base64'))
    else reader.skip()
  }
  reader.leave(outer)
  return text
}

function arrayValue(reader: WireReader, depth: number): string {
  const items: string[] = []
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.is(1, BYTES)) items.push(anyValue(reader, depth))
    else reader.skip()
  }
  reader.leave(outer)
  return `[${items.join(',')}]`
}

function listValue(reader: WireReader, depth: number): string {
  const values: Attributes = new Map()
  const outer = reader.enter()
  while (reader.next()) {
    if (reader.is(1, BYTES)) keyValue(reader, values, depth)
    else reader.skip()
  }
  reader.leave(outer)
  return `{${[...values].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`
}
