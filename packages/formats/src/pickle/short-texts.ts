/** Texts of more bytes than this are not kept. */
export const SHORT_TEXT_BYTES = 15

// Names of columns and attributes come again and again, in one pickle and the next: to look into a table is quicker than to decode them.
const PLACES = 4096
const kept: string[] = new Array<string>(PLACES).fill('')

/** The text that these few bytes of UTF-8 are. */
export function shortText(bytes: Buffer, at: number, length: number): string {
  let hash = length
  let high = 0
  const end = at + length
  for (let index = at; index < end; index++) {
    const byte = bytes[index] as number
    hash = (Math.imul(hash, 31) + byte) | 0
    high |= byte
  }
  if (high > 127) return bytes.toString('utf8', at, end)
  const place = (hash ^ (hash >>> 12)) & (PLACES - 1)
  const known = kept[place] as string
  if (isSame(known, bytes, at, length)) return known
  const text = bytes.toString('latin1', at, end)
  kept[place] = text
  return text
}

function isSame(text: string, bytes: Buffer, at: number, length: number): boolean {
  if (text.length !== length) return false
  for (let index = 0; index < length; index++) if (text.charCodeAt(index) !== bytes[at + index]) return false
  return true
}
