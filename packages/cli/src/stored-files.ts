import { createHash } from 'node:crypto'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { StoredObject } from '@millrace/server/operate'

/** An object of a bucket that was fetched: where it lies on this disk for a while, and its digest. */
export type FetchedObject = { readonly object: StoredObject; readonly path: string; readonly sha256: string }

/** So much of a bucket lies on this disk at once, and so many files; a single object may be bigger. */
const BATCH_MAX_BYTES = 2 * 1024 ** 3
const BATCH_MAX_FILES = 500

/**
 * Fetches what a bucket holds, some at a time: each batch is handed on, and removed after that. Files have numbers for names: an object's
 * own may be anything.
 */
export async function inBatches(
  objects: AsyncIterable<StoredObject>,
  use: (batch: readonly FetchedObject[], folder: string) => Promise<void>,
): Promise<void> {
  let batch: FetchedObject[] = []
  let bytes = 0
  let folder = ''
  const done = async (): Promise<void> => {
    if (batch.length > 0) await use(batch, folder)
    if (folder !== '') rmSync(folder, { recursive: true, force: true })
    batch = []
    bytes = 0
    folder = ''
  }
  try {
    for await (const object of objects) {
      if (batch.length > 0 && (bytes + object.bytes > BATCH_MAX_BYTES || batch.length >= BATCH_MAX_FILES)) await done()
      if (folder === '') folder = mkdtempSync(join(tmpdir(), 'millrace-scan-'))
      const path = join(folder, String(batch.length))
      batch.push({ object, path, sha256: await fetched(object, path) })
      bytes += object.bytes
    }
    await done()
  } finally {
    if (folder !== '') rmSync(folder, { recursive: true, force: true })
  }
}

async function fetched(object: StoredObject, path: string): Promise<string> {
  const hash = createHash('sha256')
  const hashing = new Transform({
    transform(chunk: Buffer, _, next) {
      hash.update(chunk)
      next(null, chunk)
    },
  })
  await pipeline(await object.read(), hashing, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  return hash.digest('hex')
}
