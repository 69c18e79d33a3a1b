import { lstat, readdir, rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { missing } from '../../http/errors.ts'
import { faultOfName, invalidPath, type Segments, UPLOADS_FOLDER } from '../path.ts'
import { DiskBody } from './disk-read.ts'
import { DiskTree, type Held, isMissing } from './disk-tree.ts'
import { type DiskLimits, removeAbandonedUploads, writeFile } from './disk-write.ts'
import type { Entry, Incoming, Kept, OpenArtifact, Store } from './store.ts'

const STATS_AT_ONCE = 64

/** Artifacts in a folder of this machine. */
export class DiskStore implements Store {
  readonly root: string
  readonly #tree: DiskTree
  readonly #limits: DiskLimits
  #swept = false

  constructor(root: string, limits: DiskLimits) {
    this.root = root
    this.#tree = new DiskTree(root)
    this.#limits = limits
  }

  async list(folder: Segments): Promise<Entry[]> {
    const held = await this.#tree.open(folder)
    if (!held) return []
    try {
      return held.stats.isDirectory() ? await entriesOf(held, folder.length === 0) : []
    } finally {
      await held.handle.close()
    }
  }

  async open(path: Segments): Promise<OpenArtifact> {
    const held = await this.#tree.open(path)
    if (!held) throw noSuchArtifact(path)
    const { handle, stats } = held
    if (!stats.isFile()) {
      await handle.close()
      throw stats.isDirectory() ? namesFolder() : noSuchArtifact(path)
    }
    return {
      size: stats.size,
      // Not of the time of modification, which whoever may write a file may also set back.
      etag: `"${stats.size.toString(16)}-${Math.round(stats.ctimeMs * 1000).toString(16)}-${stats.ino.toString(16)}"`,
      modified_ms: stats.mtimeMs,
      read: async (start, end) => new DiskBody(handle, start, end),
      close: () => handle.close(),
    }
  }

  async write(path: Segments, incoming: Incoming): Promise<Kept> {
    if (!this.#swept) {
      this.#swept = true
      await removeAbandonedUploads(this.#tree, Date.now())
    }
    return writeFile(this.#tree, path, incoming, this.#limits)
  }

  async remove(path: Segments): Promise<void> {
    const folder = await this.#tree.open(path.slice(0, -1))
    if (!folder) return
    try {
      const target = join(folder.path, path.at(-1) as string)
      const stats = await lstat(target)
      if (stats.isDirectory()) await rm(target, { recursive: true, force: true })
      else await unlink(target)
    } catch (error) {
      if (!isMissing(error)) throw error
    } finally {
      await folder.handle.close()
    }
  }

  async measure(folder: Segments): Promise<{ files: number; bytes: number }> {
    const sum = { files: 0, bytes: 0 }
    for (const entry of await this.list(folder)) {
      const inside = entry.is_dir ? await this.measure([...folder, entry.name]) : { files: 1, bytes: entry.size ?? 0 }
      sum.files += inside.files
      sum.bytes += inside.bytes
    }
    return sum
  }
}

async function entriesOf(folder: Held, is_root: boolean): Promise<Entry[]> {
  const entries: Entry[] = []
  const files: string[] = []
  for (const one of await readdir(folder.path, { withFileTypes: true })) {
    // A name that no caller could ask for again is not shown: such files were put there by other hands.
    if (faultOfName(one.name) !== undefined || (is_root && one.name === UPLOADS_FOLDER)) continue
    if (one.isDirectory()) entries.push({ name: one.name, is_dir: true })
    else if (one.isFile()) files.push(one.name)
  }
  for (let at = 0; at < files.length; at += STATS_AT_ONCE) {
    const some = await Promise.all(files.slice(at, at + STATS_AT_ONCE).map((name) => fileEntry(folder, name)))
    for (const entry of some) if (entry) entries.push(entry)
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Undefined when the file went away meanwhile. */
async function fileEntry(folder: Held, name: string): Promise<Entry | undefined> {
  try {
    return { name, is_dir: false, size: (await lstat(join(folder.path, name))).size }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** The refusal of a path under which nothing lies. */
export const noSuchArtifact = (path: Segments): Error =>
  missing(`No such artifact: '${path.at(-1) ?? ''}'. List its folder to see what is there.`)

/** The refusal of a path that names a folder where a file is needed. */
export const namesFolder = (): Error => invalidPath('it names a folder, not a file; list it, and take its files one by one')
