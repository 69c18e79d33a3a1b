import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, rename, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { ApiError } from '../../http/errors.ts'
import { invalidPath, type Segments, UPLOADS_FOLDER } from '../path.ts'
import { type DiskTree, type Held, isMissing, syncFolder } from './disk-tree.ts'
import type { Incoming, Kept } from './store.ts'

const BLOCK_BYTES = 2 ** 19
/** Written but not yet on the disk: more of it would make the last fsync long, and the machine's memory full. */
const UNSYNCED_MAX_BYTES = 2 ** 25
const ABANDONED_AFTER_MS = 86_400_000
const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** How much of the disk uploads may take. */
export type DiskLimits = { readonly keep_free_bytes: number }

/**
 * Keeps a file under a path: the bytes grow in a folder of their own under a name that cannot be guessed, are on the disk (fsync), and
 * then take the path's name in one step. Whatever goes wrong before leaves nothing behind.
 */
export async function writeFile(tree: DiskTree, path: Segments, incoming: Incoming, limits: DiskLimits): Promise<Kept> {
  const uploads = await tree.openFolder([UPLOADS_FOLDER], 0o700)
  try {
    await forbidFullDisk(uploads, incoming.declared_bytes ?? 0, limits)
    const growing = join(uploads.path, randomBytes(16).toString('hex'))
    try {
      const kept = await fill(growing, incoming, () => forbidFullDisk(uploads, 0, limits))
      const step = (): Promise<void> => publish(tree, growing, path)
      await (incoming.publish ? incoming.publish(step) : step())
      return kept
    } catch (error) {
      await rm(growing, { force: true })
      throw FULL.has(String((error as { code?: string }).code)) ? diskFull(error) : error
    }
  } finally {
    await uploads.handle.close()
  }
}

async function fill(growing: string, incoming: Incoming, check: () => Promise<void>): Promise<Kept> {
  const file = await open(growing, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  const { declared_bytes } = incoming
  const hash = createHash('sha256')
  const out = new BlockWriter(file, check)
  // Two take turns: one is written while the other is filled.
  const block_bytes = Math.min(BLOCK_BYTES, Math.max(1, declared_bytes ?? BLOCK_BYTES))
  const blocks = [Buffer.allocUnsafeSlow(block_bytes), Buffer.allocUnsafeSlow(block_bytes)] as const
  try {
    for (let turn = 0, filled = block_bytes; filled === block_bytes; turn++) {
      const block = blocks[turn % 2 === 0 ? 0 : 1]
      filled = await incoming.fill(block)
      const bytes = block.subarray(0, filled)
      hash.update(bytes)
      await out.add(bytes)
    }
    const size = await out.finish()
    if (declared_bytes !== undefined && size !== declared_bytes) {
      throw new ApiError('BAD_REQUEST', `The upload ended after ${size} of ${declared_bytes} bytes: send it again.`)
    }
    await file.chmod(0o666 & ~process.umask())
    await file.sync()
    return { size, sha256: hash.digest() }
  } finally {
    await out.settled()
    await file.close()
  }
}

/** Writes blocks one after the other, each while the caller gets the next one ready. */
class BlockWriter {
  readonly #file: FileHandle
  readonly #check: () => Promise<void>
  #size = 0
  #unsynced = 0
  #writing: Promise<void> = Promise.resolve()
  #syncing: Promise<void> = Promise.resolve()

  constructor(file: FileHandle, check: () => Promise<void>) {
    this.#file = file
    this.#check = check
  }

  /** Begins to write the block when the one before it is written. */
  async add(block: Buffer): Promise<void> {
    await this.#writing
    if (block.length === 0) return
    this.#writing = this.#write(block)
    // Its failure is met at the next block or at the end; until then it must not count as unhandled.
    this.#writing.catch(() => {})
  }

  async finish(): Promise<number> {
    await this.#writing
    await this.#syncing
    return this.#size
  }

  /** Waits for what is under way, whatever becomes of it, so that the file can be closed. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#writing, this.#syncing])
  }

  async #write(block: Buffer): Promise<void> {
    for (let done = 0; done < block.length; ) {
      const { bytesWritten } = await this.#file.write(block, done, block.length - done, this.#size)
      done += bytesWritten
      this.#size += bytesWritten
    }
    this.#unsynced += block.length
    if (this.#unsynced < UNSYNCED_MAX_BYTES) return
    this.#unsynced = 0
    await this.#syncing
    await this.#check()
    this.#syncing = this.#file.datasync()
    this.#syncing.catch(() => {})
  }
}

/** The finished file takes its name, in one step, in a folder that is held open meanwhile. */
async function publish(tree: DiskTree, growing: string, path: Segments): Promise<void> {
  const folder = await tree.openFolder(path.slice(0, -1))
  try {
    const target = join(folder.path, path.at(-1) as string)
    const there = await lstat(target).catch((error) => {
      if (isMissing(error)) return undefined
      throw error
    })
    if (there?.isSymbolicLink()) throw invalidPath('it is a symbolic link, which is not followed')
    if (there?.isDirectory()) throw invalidPath('it names a folder; a file needs another name')
    await rename(growing, target)
    await syncFolder(folder)
  } finally {
    await folder.handle.close()
  }
}

async function forbidFullDisk(folder: Held, coming_bytes: number, { keep_free_bytes }: DiskLimits): Promise<void> {
  const { bavail, bsize } = await statfs(folder.path)
  if (bavail * bsize - coming_bytes < keep_free_bytes) throw diskFull()
}

const diskFull = (cause?: unknown): ApiError =>
  new ApiError(
    'INSUFFICIENT_STORAGE',
    'The disk that holds the artifacts is too full for this upload, of which nothing was kept: free some space, then send it again.',
    { cause },
  )

/** Removes what uploads left that were cut off by a crash; those of other servers on the same folder may still be growing. */
export async function removeAbandonedUploads(tree: DiskTree, now_ms: number): Promise<void> {
  const uploads = await tree.open([UPLOADS_FOLDER])
  if (!uploads) return
  try {
    for (const name of await readdir(uploads.path)) {
      const path = join(uploads.path, name)
      const { mtimeMs } = await lstat(path)
      if (now_ms - mtimeMs > ABANDONED_AFTER_MS) await rm(path, { force: true })
    }
  } finally {
    await uploads.handle.close()
  }
}
