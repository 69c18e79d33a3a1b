import { memorySource, type Source } from '@millrace/formats'

const HEX = /^(?:[0-9a-fA-F]{2})+$/
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/
const TEXT_MAX = 1024 * 1024

/** What a text is when it is bytes in disguise: in hexadecimal, in base64, or one character a byte. */
export function decoded(text: string): Source | undefined {
  if (text.length > TEXT_MAX) return undefined
  const compact = text.replace(/\s+/g, '')
  if (HEX.test(compact)) return memorySource(Buffer.from(compact, 'hex'))
  if (BASE64.test(compact)) return memorySource(Buffer.from(compact, 'base64'))
  return text.charCodeAt(0) === 0x80 ? memorySource(Buffer.from(text, 'latin1')) : undefined
}
