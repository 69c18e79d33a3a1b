import type { Readable } from 'node:stream'
import type { Segments } from '../path.ts'

/** What lies in a folder. */
export type Entry = { readonly name: string; readonly is_dir: boolean; readonly size?: number }

/** A file that was found: what is known of it, and its bytes. Whoever opened it reads it or closes it. */
export type OpenArtifact = {
  readonly size: number
  /** Quoted, as in the header; changes when the bytes do. */
  readonly etag: string
  readonly modified_ms: number
  /** The bytes from `start` to `end`, both included; to be called once. */
  read(start: number, end: number): Promise<Readable>
  close(): Promise<void>
}

/** Bytes that arrive, and what was said about them beforehand. */
export type Incoming = {
  /** Fills the block with the next bytes, with fewer only where the body ends, and tells how many; to be called again when it has told. */
  fill(block: Buffer): Promise<number>
  /** The length that the caller declared, if any. */
  readonly declared_bytes?: number | undefined
  /** Goes around the step that makes the bytes seen under their path, and may refuse it; without it the step is simply taken. */
  readonly publish?: ((step: () => Promise<void>) => Promise<void>) | undefined
}

/** What was kept: acknowledged only when it is on the disk. */
export type Kept = { readonly size: number; readonly sha256: Buffer }

/** URLs under which a client itself talks to the store, without the bytes passing through this server. */
export type DirectAccess = {
  /** A URL that reads the file. */
  download(path: Segments, expires_s: number): Promise<{ url: string; size: number }>
  /** A URL that writes the file, and the headers that must be sent with it; with `bytes`, a file of that length and no other. */
  upload(path: Segments, expires_s: number, bytes?: number): Promise<{ url: string; headers: Record<string, string> }>
  createMultipart(path: Segments, parts: number): Promise<{ upload_id: string; urls: string[] }>
  /** How many bytes these parts have, as the store knows them. */
  measureMultipart(path: Segments, upload_id: string, part_numbers: readonly number[]): Promise<number>
  completeMultipart(path: Segments, upload_id: string, parts: readonly { part_number: number; etag: string }[]): Promise<void>
  abortMultipart(path: Segments, upload_id: string): Promise<void>
}

/**
 * A tree of files with one root, on a disk or on S3. Paths are checked names below that root, never text; a path that leads through a
 * symbolic link is refused, since where it ends is not ours to say.
 */
export type Store = {
  /** Where the tree is, as a text: one place has one text, however many stores lead to it. */
  readonly root: string
  /** What lies directly in a folder, sorted by name; nothing when there is no such folder. */
  list(folder: Segments): Promise<Entry[]>
  /** @throws ApiError RESOURCE_DOES_NOT_EXIST */
  open(path: Segments): Promise<OpenArtifact>
  /** Keeps all of the bytes under this path, or none: readers see the old file or the new one. */
  write(path: Segments, incoming: Incoming): Promise<Kept>
  /** Removes a file, or a folder with all that is in it; a link is removed, not what it points to. Nothing there is no error. */
  remove(path: Segments): Promise<void>
  /** How many files lie below, and their bytes. */
  measure(folder: Segments): Promise<{ files: number; bytes: number }>
  /** Undefined where bytes can only come and go through this server. */
  readonly direct?: DirectAccess
}
