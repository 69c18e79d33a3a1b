import type { Member, ZipOddity } from './archive.ts'
import type { Header } from './records.ts'

type Odd = (kind: ZipOddity['kind'], member: string, offset: number, detail: string) => void

/** Says where a member's two headers differ. */
export function compareHeaders(central: Header, local: Header, at: number, odd: Odd): void {
  if (central.name !== local.name) odd('name', central.name, at, `its own header calls it ${JSON.stringify(local.name.slice(0, 200))}`)
  if (central.method !== local.method) {
    odd('difference', central.name, at, `it is packed by method ${central.method}, and by ${local.method} in its own header`)
  }
  // With a descriptor after the data, its own header leaves the sizes open.
  const knows = (local.flags & 8) === 0
  if (knows && (central.size !== local.size || central.compressed !== local.compressed)) {
    odd('difference', central.name, at, `it has ${central.size} bytes, and ${local.size} in its own header`)
  }
  if (knows && central.crc !== local.crc) odd('difference', central.name, at, 'its two checksums differ')
  const flags = central.flags ^ local.flags
  if (flags & 1) odd('difference', central.name, at, 'it is encrypted in one of its headers and not in the other')
  if (central.method === 0 && central.size !== central.compressed && (central.flags & 1) === 0) {
    odd('difference', central.name, at, `it is stored, and yet takes ${central.compressed} bytes for ${central.size}`)
  }
}

const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/** Why a name would lead somewhere else than below the folder that it is unpacked to; undefined when it would not. */
export function escapes(name: string): string | undefined {
  const parts = name.split(/[/\\]/)
  if (parts.includes('..')) return 'its path leads out of the folder'
  if (/^[/\\]/.test(name)) return 'its path is absolute'
  if (/^[a-zA-Z]:/.test(name)) return 'its path names a drive'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'its path has a control character'
  if (parts.some((part) => DEVICES.test(part))) return 'its path names a device'
  return undefined
}

const LINK = 0o120000
const KIND = 0o170000

/** Names that mean two things at once, and those that lead out of the archive. */
export function oddNames(members: readonly Member[], odd: Odd): void {
  const seen = new Map<string, Member>()
  for (const member of members) {
    const { name, header_at, mode } = member
    const why = escapes(name)
    if (why) odd('path', name, header_at, why)
    if ((mode & KIND) === LINK) odd('link', name, header_at, 'it is a symbolic link')
    if (member.flags & 1) odd('encrypted', name, header_at, 'it is said to be encrypted')
    const folded = name.normalize('NFC').toLowerCase()
    const other = seen.get(folded)
    if (!other) seen.set(folded, member)
    else if (other.header_at !== header_at) {
      const how = other.name === name ? 'another member has the same name' : `it differs from ${JSON.stringify(other.name)} by case only`
      odd('duplicate', name, header_at, how)
    }
  }
}
