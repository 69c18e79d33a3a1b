import type { CallOptions, MillraceClient } from './client.ts'
import { Sha256 } from './sha256.ts'

/** Whose artifacts: a run by its id, or one of a run, a logged model, and a version of a registered model (which can only be read). */
export type ArtifactPlace =
  | string
  | { readonly run_id: string }
  | { readonly model_id: string }
  | { readonly name: string; readonly version: string }

/** What can be sent as an artifact. */
export type ArtifactBody = ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | Blob | string

/** How far a transfer is. */
export type Progress = {
  readonly done_bytes: number
  /** Undefined while nobody knows it, as of a stream. */
  readonly total_bytes: number | undefined
}

/** How an artifact is fetched. */
export type DownloadOptions = CallOptions & {
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** The SHA-256 that the bytes must have, in hexadecimal digits: the stream fails at its end if they don't. */
  readonly sha256?: string | undefined
}

/** The bytes that arrived are not those that were sent or expected. */
export class DigestError extends Error {
  readonly expected: string
  readonly found: string

  constructor(path: string, expected: string, found: string) {
    super(`the SHA-256 of ${path} is ${found} and should be ${expected}: don't use what arrived, and transfer it again`)
    this.name = 'DigestError'
    this.expected = expected
    this.found = found
  }
}

/** Opens an artifact: its bytes as they come. @throws MillraceError; the stream ends with DigestError if its digest is another */
export async function downloadArtifact(
  client: MillraceClient,
  place: ArtifactPlace,
  path: string,
  { onProgress, sha256, ...options }: DownloadOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const answer = await client.request(downloadPath(place, path), {}, { repeatable: true, ...options })
  const body = answer.body ?? new Blob([]).stream()
  if (!onProgress && sha256 === undefined) return body
  const length = answer.headers.get('content-length')
  const watch = new Watch(length === null ? undefined : Number(length), onProgress, sha256 === undefined ? undefined : new Sha256())
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        watch.see(chunk)
        controller.enqueue(chunk)
      },
      flush() {
        const found = watch.hash?.hex()
        if (found !== undefined && found !== sha256?.toLowerCase()) throw new DigestError(path, String(sha256), found)
      },
    }),
  )
}

/** Counts and digests bytes that pass by. */
export class Watch {
  readonly hash: Sha256 | undefined
  readonly #total_bytes: number | undefined
  readonly #tell: ((progress: Progress) => void) | undefined
  #done_bytes = 0

  constructor(total_bytes: number | undefined, tell: ((progress: Progress) => void) | undefined, hash: Sha256 | undefined) {
    this.#total_bytes = total_bytes
    this.#tell = tell
    this.hash = hash
  }

  see(chunk: Uint8Array): void {
    this.#done_bytes += chunk.length
    this.hash?.update(chunk)
    this.#tell?.({ done_bytes: this.#done_bytes, total_bytes: this.#total_bytes })
  }
}

function downloadPath(place: ArtifactPlace, path: string): string {
  if (typeof place === 'string') return `/get-artifact?${new URLSearchParams({ run_id: place, path })}`
  if ('run_id' in place) return `/get-artifact?${new URLSearchParams({ run_id: place.run_id, path })}`
  if ('name' in place) return `/model-versions/get-artifact?${new URLSearchParams({ ...place, path })}`
  const query = new URLSearchParams({ artifact_file_path: path })
  return `/ajax-api/2.0/mlflow/logged-models/${encodeURIComponent(place.model_id)}/artifacts/files?${query}`
}
