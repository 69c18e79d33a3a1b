import { Unreadable } from '../unreadable.ts'
import type { Machine } from './machine.ts'
import type { Operations } from './operations.ts'
import { SHORT_TEXT_BYTES, shortText } from './short-texts.ts'
import { A_FLOAT, Bytes, type Value } from './values.ts'

/** Texts up to this are decoded at once; longer ones stay in the file. */
const DECODE_MAX_BYTES = 64 * 1024
/** An integer of more bytes than this is not worth decoding, and nothing that a model has. */
const INTEGER_MAX_BYTES = 512

/** Operations that put a value on the stack which is written in the stream itself. */
export const LITERALS: Operations = {
  78: { name: 'NONE', run: (m) => m.push(null) },
  136: { name: 'NEWTRUE', run: (m) => m.push(true) },
  137: { name: 'NEWFALSE', run: (m) => m.push(false) },
  75: { name: 'BININT1', run: (m) => m.push(m.byte()) },
  77: { name: 'BININT2', run: (m) => m.push(m.uint16()) },
  74: { name: 'BININT', run: (m) => m.push(m.int32()) },
  71: { name: 'BINFLOAT', run: float },
  138: { name: 'LONG1', run: (m) => m.push(integer(m, m.byte())) },
  139: { name: 'LONG4', run: (m) => m.push(integer(m, m.int32())) },
  73: { name: 'INT', run: (m) => m.push(integerLine(m, m.line())) },
  76: { name: 'LONG', run: (m) => m.push(integerLine(m, m.line().replace(/L$/, ''))) },
  70: { name: 'FLOAT', run: (m) => m.push(floatLine(m, m.line())) },
  83: { name: 'STRING', run: quoted },
  86: { name: 'UNICODE', run: (m) => m.push(escaped(m.line())) },
  84: { name: 'BINSTRING', run: (m) => oldString(m, m.int32()) },
  85: { name: 'SHORT_BINSTRING', run: (m) => oldString(m, m.byte()) },
  88: { name: 'BINUNICODE', run: (m) => text(m, m.uint32()) },
  140: { name: 'SHORT_BINUNICODE', run: (m) => text(m, m.byte()) },
  141: { name: 'BINUNICODE8', run: (m) => text(m, m.length64()) },
  66: { name: 'BINBYTES', run: (m) => bytes(m, m.uint32()) },
  67: { name: 'SHORT_BINBYTES', run: (m) => bytes(m, m.byte()) },
  142: { name: 'BINBYTES8', run: (m) => bytes(m, m.length64()) },
  150: { name: 'BYTEARRAY8', run: (m) => bytes(m, m.length64()) },
}

function float(m: Machine): void {
  m.need(8)
  m.push(m.keeps_data ? m.bytes.readDoubleBE(m.at) : A_FLOAT)
  m.at += 8
}

function integer(m: Machine, length: number): number | bigint {
  if (length < 0) throw new Unreadable('an integer has a negative length', m.started)
  if (length > INTEGER_MAX_BYTES) {
    m.odd('number', `an integer of ${length} bytes`)
    m.moveTo(m.position + length)
    return 0
  }
  m.need(length)
  let value = 0n
  for (let at = length - 1; at >= 0; at--) value = (value << 8n) | BigInt(m.bytes[m.at + at] ?? 0)
  if (length > 0 && (m.bytes[m.at + length - 1] ?? 0) & 0x80) value -= 1n << BigInt(8 * length)
  m.at += length
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function integerLine(m: Machine, line: string): Value {
  if (line === '00') return false
  if (line === '01') return true
  if (/^-?\d{1,15}$/.test(line)) return Number(line)
  const trimmed = line.trim()
  if (trimmed.length > 2 * INTEGER_MAX_BYTES || !/^[+-]?(?:\d[\d_]*|0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+)$/.test(trimmed)) {
    m.odd('number', 'an integer that is none')
    return 0
  }
  const value = Number(trimmed.replaceAll('_', ''))
  return Number.isSafeInteger(value) ? value : /^[+-]?\d+$/.test(trimmed) ? BigInt(trimmed) : value
}

function floatLine(m: Machine, line: string): number {
  const word = line.trim().toLowerCase()
  if (/^[+-]?(?:inf|infinity)$/.test(word)) return word.startsWith('-') ? -Infinity : Infinity
  if (/^[+-]?nan$/.test(word)) return Number.NaN
  const value = Number(word)
  if (Number.isNaN(value)) m.odd('number', 'a float that is none')
  return value
}

function quoted(m: Machine): void {
  const line = m.line().replace(/[ \t\r]+$/, '')
  const quote = line[0]
  if (line.length < 2 || (quote !== "'" && quote !== '"') || line[line.length - 1] !== quote) {
    throw new Unreadable('a string has no quotes', m.started)
  }
  keepText(m, unescaped(line.slice(1, -1)))
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v', '\n': '' }

/** A string as Python's repr writes it. */
const unescaped = (line: string): string =>
  !line.includes('\\')
    ? line
    : line.replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|[\s\S])/g, (_, code: string) => {
        if (code[0] === 'x' && code.length === 3) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
        if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff)
        return SIMPLE[code] ?? code
      })

/** A text in Python's raw-unicode-escape. */
const escaped = (line: string): string =>
  !line.includes('\\')
    ? line
    : line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (whole, short: string | undefined, long: string | undefined) => {
        const point = Number.parseInt(short ?? long ?? '', 16)
        return point <= 0x10ffff ? String.fromCodePoint(point) : whole
      })

function oldString(m: Machine, length: number): void {
  if (length < 0) throw new Unreadable('a string has a negative length', m.started)
  if (length > DECODE_MAX_BYTES) {
    bytes(m, length)
    return
  }
  m.need(length)
  const start = m.position
  const value = m.bytes.toString('latin1', m.at, m.at + length)
  m.at += length
  // What Python 2 called a string is bytes as often as not.
  if (looksPickled(value.charCodeAt(0), length)) m.payload(new Bytes(start, length, false))
  keepText(m, value)
}

function text(m: Machine, length: number): void {
  if (length > DECODE_MAX_BYTES) {
    const start = m.position
    m.moveTo(start + length)
    m.push(new Bytes(start, length, true))
    return
  }
  m.need(length)
  const value = length > SHORT_TEXT_BYTES ? m.bytes.toString('utf8', m.at, m.at + length) : shortText(m.bytes, m.at, length)
  m.at += length
  keepText(m, value)
}

function bytes(m: Machine, length: number): void {
  const start = m.position
  if (length >= 4 && start + length <= m.source.size) {
    m.need(1)
    if (looksPickled(m.bytes[m.at] ?? 0, length)) m.payload(new Bytes(start, length, false))
  }
  m.moveTo(start + length)
  m.push(new Bytes(start, length, false))
}

// What pickles and the wrappers around them begin with: PROTO, GLOBAL, MARK, the empty containers, a zip, gzip or zlib, a numpy file.
const FIRST_BYTES = new Set([0x80, 0x63, 0x28, 0x5d, 0x7d, 0x29, 0x50, 0x1f, 0x78, 0x93, 0x42, 0xfd, 0x04, 0x28, 0x37])
const looksPickled = (first: number, length: number): boolean => length >= 4 && FIRST_BYTES.has(first)

const DISGUISED_MAX = 1000
// Base64 of a pickle with a protocol, or of one that begins with a global; hexadecimal of both.
const DISGUISES = /^(?:gA[I-X]|Y[2-3]|KG|8000|800[2345]|63[67])/

function keepText(m: Machine, value: string): void {
  m.push(value)
  if (value.length < 16 || m.disguised.length >= DISGUISED_MAX) return
  // A text of one character a byte is the oldest disguise: `_codecs.encode` makes bytes of it.
  if (value.charCodeAt(0) === 0x80 || DISGUISES.test(value)) m.disguised.push(value)
}
