import { bytesIn, listIn, objectIn, textIn, type Unchecked } from './json.ts'
import { SignatureProblem } from './problem.ts'

/** The type of what is signed: an in-toto statement as JSON. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

/** Something signed, and its signature (https://github.com/secure-systems-lab/dsse). */
export type Envelope = { readonly payload: Buffer; readonly payload_type: string; readonly signature: Buffer }

/** The bytes that are signed for a payload. */
export const preAuthenticated = (payload: Buffer, type: string = PAYLOAD_TYPE): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload])

/**
 * The bytes that model_signing 0.1 and 0.2 signed: the payload as Python prints bytes (`b'...'`), which was a mistake that signatures out
 * there were made with.
 */
export const preAuthenticatedOld = (payload: Buffer): Buffer =>
  Buffer.from(`DSSEV1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} ${asPythonPrints(payload)}`)

const QUOTE = 0x27
const DOUBLE_QUOTE = 0x22
const ESCAPES: Readonly<Record<number, string>> = { 92: '\\\\', 9: '\\t', 10: '\\n', 13: '\\r' }

function asPythonPrints(bytes: Buffer): string {
  const quote = bytes.includes(QUOTE) && !bytes.includes(DOUBLE_QUOTE) ? '"' : "'"
  let text = `b${quote}`
  for (const byte of bytes) {
    const escaped = ESCAPES[byte]
    if (escaped !== undefined) text += escaped
    else if (byte === QUOTE && quote === "'") text += "\\'"
    else if (byte < 0x20 || byte >= 0x7f) text += `\\x${byte.toString(16).padStart(2, '0')}`
    else text += String.fromCharCode(byte)
  }
  return text + quote
}

/** @throws SignatureProblem when it is no envelope with one signature */
export function readEnvelope(raw: unknown): Envelope {
  const envelope = objectIn(raw, "The bundle's dsseEnvelope")
  const signatures = listIn(envelope.signatures, "The envelope's signatures")
  if (signatures.length !== 1) throw new SignatureProblem(`The envelope holds ${signatures.length} signatures, and exactly one is read.`)
  return {
    payload: bytesIn(envelope.payload, "The envelope's payload"),
    payload_type: textIn(envelope.payloadType, "The envelope's payloadType"),
    signature: bytesIn(objectIn(signatures[0], 'The signature').sig, 'The signature'),
  }
}

/** As it stands in a bundle. */
export const envelopeJson = ({ payload, payload_type, signature }: Envelope): Unchecked => ({
  payload: payload.toString('base64'),
  payloadType: payload_type,
  signatures: [{ sig: signature.toString('base64'), keyid: '' }],
})
