import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

const ENTRY_BYTES = 62
const NAME_BYTES_MAX = 0xfff
const EXTENDED = 0x4000

/** The files below a folder that git keeps, and the folders that they are in: a .gitignore does not hide what was committed. */
export function trackedBelow(root: string): ReadonlySet<string> {
  const top = topOf(root)
  const index = top && indexOf(top)
  if (!top || !index || !existsSync(index)) return new Set()
  const below = relative(top, root).split(sep).join('/')
  const prefix = below === '' ? '' : `${below}/`
  const tracked = new Set<string>()
  for (const name of namesIn(readFileSync(index))) {
    if (!name.startsWith(prefix)) continue
    for (let path = name.slice(prefix.length); path !== '.' && !tracked.has(path); path = dirname(path)) tracked.add(path)
  }
  return tracked
}

/** The folder with a .git that a folder is in. */
function topOf(root: string): string | undefined {
  for (let at = resolve(root); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (dirname(at) === at) return undefined
  }
}

/** Where the index is: of a worktree, .git is a file that says where. */
function indexOf(top: string): string | undefined {
  const git = join(top, '.git')
  if (statSync(git).isDirectory()) return join(git, 'index')
  const folder = /^gitdir: (.+)$/m.exec(readFileSync(git, 'utf8'))?.[1]
  return folder === undefined ? undefined : join(resolve(top, folder), 'index')
}

/**
 * The names in an index of version 2, 3 or 4 with SHA-1; of anything else none. git itself is not run: its configuration could run
 * something.
 */
function* namesIn(index: Buffer): Generator<string> {
  if (index.length < 12 || index.toString('latin1', 0, 4) !== 'DIRC') return
  const version = index.readUInt32BE(4)
  if (version < 2 || version > 4) return
  let before = ''
  let at = 12
  for (let left = index.readUInt32BE(8); left > 0 && at + ENTRY_BYTES < index.length; left--) {
    const flags = index.readUInt16BE(at + ENTRY_BYTES - 2)
    let start = at + ENTRY_BYTES + ((flags & EXTENDED) === 0 ? 0 : 2)
    let kept = ''
    if (version === 4) {
      const [cut, next] = numberAt(index, start)
      kept = before.slice(0, before.length - cut)
      start = next
    }
    const known = flags & NAME_BYTES_MAX
    const end = version < 4 && known < NAME_BYTES_MAX ? start + known : index.indexOf(0, start)
    if (end === -1 || end > index.length) return
    before = `${kept}${index.toString('latin1', start, end)}`
    yield Buffer.from(before, 'latin1').toString('utf8')
    // Up to version 3 an entry is filled up to a multiple of eight bytes, with one to eight zeros.
    at = version === 4 ? end + 1 : at + ((end - at + 8) & ~7)
  }
}

/** A number of variable length, as git writes how much of the name before is left away. */
function numberAt(bytes: Buffer, from: number): [value: number, next: number] {
  let at = from
  let byte = bytes[at++] ?? 0
  let value = byte & 0x7f
  while ((byte & 0x80) !== 0 && at < bytes.length) {
    byte = bytes[at++] ?? 0
    value = (value + 1) * 128 + (byte & 0x7f)
  }
  return [value, at]
}
