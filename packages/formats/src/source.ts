import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** Bytes that can be read anywhere: a file, a member of an archive, or memory. Reading past the end gives what is there. */
export type Source = {
  readonly size: number
  /** Up to `length` bytes from `offset`; fewer only at the end. What comes back may be a view: don't write to it. */
  read(offset: number, length: number): Buffer
}

/** Bytes that are in memory already. */
export function memorySource(bytes: Uint8Array): Source {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    size: whole.length,
    read: (offset, length) => whole.subarray(Math.min(offset, whole.length), Math.min(offset + length, whole.length)),
  }
}

/** A part of a source as a source of its own. What lies past the end of the whole is not there. */
export function part(whole: Source, from: number, length: number): Source {
  const start = Math.min(Math.max(0, from), whole.size)
  const size = Math.max(0, Math.min(length, whole.size - start))
  return { size, read: (offset, wanted) => whole.read(start + Math.min(offset, size), Math.max(0, Math.min(wanted, size - offset))) }
}

/** An open file. `links` is by how many names it is known: a second name may lie outside the folder that was given. */
export type FileSource = Source & { readonly links: number; close(): void }

/** Opens a regular file, and neither a link nor a device. @throws the system's error, or Error when it is no regular file */
export function openFile(path: string): FileSource {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const stat = fstatSync(fd)
  if (!stat.isFile()) {
    closeSync(fd)
    throw new Error('it is not a regular file')
  }
  return {
    size: stat.size,
    links: stat.nlink,
    read: (offset, length) => readAt(fd, offset, Math.max(0, Math.min(length, stat.size - offset))),
    close: () => closeSync(fd),
  }
}

function readAt(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  let got = 0
  while (got < length) {
    const more = readSync(fd, bytes, got, length - got, offset + got)
    if (more === 0) break
    got += more
  }
  return bytes.subarray(0, got)
}
