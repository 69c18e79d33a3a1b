import { constants, existsSync, type Stats } from 'node:fs'
import { type FileHandle, mkdir, open, readlink, realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { FileDenied } from '../../http/denied.ts'
import { invalidPath, type Segments } from '../path.ts'

/** A file or folder that is held open: what is done with it can't be led elsewhere by renaming or linking on the way. */
export type Held = {
  readonly handle: FileHandle
  readonly stats: Stats
  /** A path to it, for calls that take no handle: through the handle itself where the system can. */
  readonly path: string
}

const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
const PROC = '/proc/self/fd'
const HAS_PROC = existsSync(PROC)

const codeOf = (error: unknown): string => String((error as { code?: string }).code)
export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'

/** The folder of names as this system spells it. */
export const diskPath = (segments: Segments): string => (sep === '\\' ? segments.join('\\') : `/${segments.join('/')}`)

/**
 * A folder of the disk, entered by checked names only. Each entry is opened and then asked where it really is: below the root, under
 * exactly the names that were given, or it is refused. So no symbolic link is followed, wherever on the way it lies, and a link that is
 * put there while we look changes nothing.
 */
export class DiskTree {
  readonly #root: string
  #real: string | undefined

  constructor(root: string) {
    this.#root = root
  }

  /** Opens what lies under these names; undefined when nothing does. @throws ApiError INVALID_PARAMETER_VALUE for a link on the way */
  async open(segments: Segments): Promise<Held | undefined> {
    const expected = await this.#expected(segments)
    if (expected === undefined) return undefined
    let handle: FileHandle
    try {
      // Not blocking: a pipe that somebody put there would hold us up for ever.
      handle = await open(expected, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    } catch (error) {
      if (codeOf(error) === 'ELOOP') throw isLink()
      if (isMissing(error) || codeOf(error) === 'ENXIO') return undefined
      if (codeOf(error) === 'ENAMETOOLONG') throw invalidPath('it is too long for the disk')
      throw error
    }
    try {
      await this.#confine(handle, expected)
      return { handle, stats: await handle.stat(), path: HAS_PROC ? `${PROC}/${handle.fd}` : expected }
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Opens a folder, and makes it where it is missing. */
  async openFolder(segments: Segments, mode?: number): Promise<Held> {
    const found = await this.open(segments)
    if (found?.stats.isDirectory()) return found
    await found?.handle.close()
    if (found) throw invalidPath('a file stands where a folder is needed')
    if (segments.length === 0) {
      await mkdir(this.#root, { recursive: true })
    } else {
      const parent = await this.openFolder(segments.slice(0, -1))
      try {
        await mkdir(`${parent.path}${sep}${segments.at(-1)}`, { mode }).catch((error) => {
          if (codeOf(error) !== 'EEXIST') throw error
        })
        await syncFolder(parent)
      } finally {
        await parent.handle.close()
      }
    }
    const made = await this.open(segments)
    if (made?.stats.isDirectory()) return made
    await made?.handle.close()
    throw invalidPath('a file stands where a folder is needed')
  }

  /** Where these names must be, with the links above the root resolved; undefined while there is no root. */
  async #expected(segments: Segments): Promise<string | undefined> {
    try {
      this.#real ??= await realpath(this.#root)
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
    const root = this.#real === sep ? '' : this.#real
    return segments.length === 0 ? this.#real : `${root}${sep}${segments.join(sep)}`
  }

  async #confine(handle: FileHandle, expected: string): Promise<void> {
    const real = HAS_PROC ? await readlink(`${PROC}/${handle.fd}`) : await realpath(expected)
    if (real !== expected) throw isLink()
  }
}

const isLink = (): Error =>
  new FileDenied('INVALID_PARAMETER_VALUE', 'Invalid path: it leads through a symbolic link, which is not followed.', 'symbolic_link')

/** Makes the names in a folder survive a power loss. Windows can't and needn't: its names are journaled. */
export async function syncFolder(folder: Held): Promise<void> {
  if (process.platform !== 'win32') await folder.handle.sync()
}
