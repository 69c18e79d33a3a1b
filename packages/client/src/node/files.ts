import { createWriteStream, openAsBlob } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { MillraceClient } from '../client.ts'
import { type ArtifactPlace, type DownloadOptions, downloadArtifact } from '../download.ts'
import { type Uploaded, type UploadOptions, uploadArtifact } from '../upload.ts'

/**
 * Sends a file of the disk as an artifact, read as it is sent. @param path below the artifacts; the file's own name unless said
 * @throws MillraceError, DigestError, and what the disk says
 */
export async function uploadFile(
  client: MillraceClient,
  place: ArtifactPlace,
  file: string,
  path: string = basename(file),
  options?: UploadOptions,
): Promise<Uploaded> {
  return uploadArtifact(client, place, path, (await openAsBlob(file)) as Blob, options)
}

/** Keeps an artifact as a file, which is there only when it is whole. @throws MillraceError, DigestError, and what the disk says */
export async function downloadFile(
  client: MillraceClient,
  place: ArtifactPlace,
  path: string,
  file: string,
  options: DownloadOptions = {},
): Promise<void> {
  const stream = await downloadArtifact(client, place, path, options)
  const partial = `${file}.partial-${process.pid}`
  try {
    await pipeline(Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(partial))
    await rename(partial, file)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}
