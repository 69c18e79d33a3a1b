import { createHash } from 'node:crypto'
import { constants, createReadStream, createWriteStream, lstatSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { type FileSource, openFile } from '@millrace/formats'
import { Refused } from '../refused.ts'
import type { Record } from './registry.ts'

/** A model's files as a copy that only this user can read, kept open, so that what was digested is what is read. */
export type Copy = {
  readonly folder: string
  readonly files: ReadonlyMap<string, FileSource>
  readonly digests: ReadonlyMap<string, string>
  /** Closes the files and removes the copy. */
  done(): void
  /** Leaves the copy where it is when it is done, for a program that reads it; gives what removes it. */
  keep(): () => void
}

const FILES_MAX = 10_000
const PIECE_BYTES = 1024 * 1024

/** Copies a folder; links and anything else that is no regular file refuse it. @throws Refused('fetch') */
export function copyFolder(path: string): Promise<Copy> {
  const paths = below(path)
  return copy(paths, async (inside) => {
    const fd = openSync(join(path, ...inside.split('/')), constants.O_RDONLY | constants.O_NOFOLLOW)
    return createReadStream('', { fd })
  })
}

/** Fetches what a registry has on record. @throws Refused('fetch') */
export const copyRecord = ({ paths, open }: Record): Promise<Copy> =>
  copy(paths, async (path) => Readable.fromWeb((await open(path)) as ReadableStream))

async function copy(paths: readonly string[], open: (path: string) => Promise<Readable>): Promise<Copy> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-model-'))
  const files = new Map<string, FileSource>()
  let is_kept = false
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  const done = (): void => {
    for (const file of files.values()) file.close()
    files.clear()
    if (!is_kept) remove()
  }
  const keep = (): (() => void) => {
    is_kept = true
    return remove
  }
  try {
    const digests = new Map<string, string>()
    for (const path of paths) {
      const to = join(folder, ...checkedParts(path))
      mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
      await pipeline(await open(path), createWriteStream(to, { flags: 'wx', mode: 0o400 }))
      const file = openFile(to)
      files.set(path, file)
      digests.set(path, sha256Of(file))
    }
    return { folder, files, digests, done, keep }
  } catch (error) {
    done()
    if (error instanceof Refused) throw error
    throw new Refused('fetch', `The files could not be copied: ${(error as Error).message}.`, { cause: error })
  }
}

/** Names come from elsewhere: none leads out of the folder. */
function checkedParts(path: string): readonly string[] {
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..' || /[\\\0]/.test(part))) {
    throw new Refused('fetch', `A file is called ${JSON.stringify(path.slice(0, 200))}, which is no path inside a model.`)
  }
  return parts
}

function sha256Of(file: FileSource): string {
  const hash = createHash('sha256')
  for (let at = 0; at < file.size; at += PIECE_BYTES) hash.update(file.read(at, PIECE_BYTES))
  return hash.digest('hex')
}

function below(root: string): readonly string[] {
  const paths: string[] = []
  const open = ['']
  try {
    if (!lstatSync(root).isDirectory()) throw new Refused('find', `${root} is no folder: give the folder in which MLmodel is.`)
    for (let folder = open.shift(); folder !== undefined; folder = open.shift()) {
      for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
        const inside = folder === '' ? entry.name : `${folder}/${entry.name}`
        if (entry.isDirectory()) open.push(inside)
        else if (entry.isFile()) paths.push(inside)
        else throw new Refused('fetch', `${inside} is a link or no regular file: models are served from plain files.`)
      }
      if (paths.length > FILES_MAX) throw new Refused('fetch', `${root} has more than ${FILES_MAX} files: that is no model.`)
    }
  } catch (error) {
    if (error instanceof Refused) throw error
    throw new Refused('find', `${root} can't be read: ${(error as Error).message}.`, { cause: error })
  }
  return paths.sort()
}
