import type { CallOptions, MillraceClient } from './client.ts'
import { type ArtifactBody, type ArtifactPlace, DigestError, type Progress, Watch } from './download.ts'
import { errorOf, isCode } from './errors.ts'
import { encodePath } from './request.ts'
import { withRetries } from './retry.ts'
import { Sha256 } from './sha256.ts'

/** What is used of the browser's own; Node has none. */
type BrowserRequest = {
  readonly upload: { onprogress?: (event: { readonly loaded: number }) => void }
  readonly status: number
  readonly statusText: string
  readonly responseText: string
  onload?: () => void
  onerror?: () => void
  onabort?: () => void
  open(method: string, url: string): void
  setRequestHeader(name: string, value: string): void
  getResponseHeader(name: string): string | null
  send(body: Blob): void
  abort(): void
}
declare const XMLHttpRequest: new () => BrowserRequest

const PART_BYTES = 32 * 2 ** 20
const PARTS_MAX = 10_000
const MULTIPART_FROM_BYTES = 100 * 2 ** 20

/** How an artifact is sent. */
export type UploadOptions = CallOptions & {
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Whether what arrived is compared with what was sent, by SHA-256; about 5 ms a megabyte. */
  readonly verify?: boolean
  /** From which size on a Blob or bytes go to the store in parts, where the store takes them: 100 MiB unless said. */
  readonly multipart_from_bytes?: number
}

/** What became of an upload. */
export type Uploaded = {
  /** Of what the server kept, in hexadecimal digits; undefined where the store took parts, or a server that does not tell it. */
  readonly sha256: string | undefined
}

/**
 * Sends an artifact of a run or a logged model, never held in memory but by browsers that can't send streams; `path` is below its
 * artifacts. @throws MillraceError; DigestError when other bytes arrived; TypeError when the server does not keep these artifacts
 */
export async function uploadArtifact(
  client: MillraceClient,
  place: ArtifactPlace,
  path: string,
  body: ArtifactBody,
  options: UploadOptions = {},
): Promise<Uploaded> {
  const root = await artifactRoot(client, place, options)
  const whole = body instanceof ReadableStream ? (inBrowser() ? await new Response(body).blob() : undefined) : new Blob([body])
  if (
    whole &&
    whole.size >= (options.multipart_from_bytes ?? MULTIPART_FROM_BYTES) &&
    (await sentInParts(client, `${root}/${path}`, whole, options))
  )
    return { sha256: undefined }
  const url = `/api/2.0/mlflow-artifacts/artifacts/${encodePath(`${root}/${path}`)}`
  const hash = options.verify ? new Sha256() : undefined
  const digest = await (whole && inBrowser() && options.onProgress
    ? putByBrowser(client, url, whole, hash, options)
    : putByFetch(client, url, whole ?? (body as ReadableStream<Uint8Array>), hash, options))
  const sha256 = hexOf(digest)
  const sent = hash?.hex()
  if (sent !== undefined && sha256 !== undefined && sent !== sha256) throw new DigestError(path, sent, sha256)
  return { sha256 }
}

/** Browsers have no streams as bodies over HTTP/1.1, and tell of an upload's progress only by XMLHttpRequest. */
const inBrowser = (): boolean => typeof XMLHttpRequest === 'function'

async function artifactRoot(client: MillraceClient, place: ArtifactPlace, { signal }: CallOptions): Promise<string> {
  let root: string
  if (typeof place === 'object' && 'model_id' in place) {
    root = (await client.loggedModels.get({ model_id: place.model_id }, { signal })).model.info.artifact_uri
  } else if (typeof place === 'object' && 'name' in place) {
    throw new TypeError(`the files of version ${place.version} of ${place.name} are those of its run or logged model: send them there`)
  } else {
    const run_id = typeof place === 'string' ? place : place.run_id
    root = (await client.runs.get({ run_id }, { signal })).run.info.artifact_uri
  }
  const served = /^mlflow-artifacts:\/(?!\/)(.*)$/.exec(root)?.[1]
  if (served === undefined) throw new TypeError(`these artifacts are not kept by the server but in ${root}: send them there`)
  return served
}

async function putByFetch(
  client: MillraceClient,
  url: string,
  body: Blob | ReadableStream<Uint8Array>,
  hash: Sha256 | undefined,
  { signal, onProgress }: UploadOptions,
): Promise<string | null> {
  const watched = !inBrowser() && (hash !== undefined || onProgress !== undefined)
  const total_bytes = body instanceof Blob ? body.size : undefined
  const stream = body instanceof Blob ? body.stream() : body
  if (hash && !watched) await digest(body as Blob, hash)
  const sent = watched ? watchedBy(new Watch(total_bytes, onProgress, hash), stream) : body
  // `duplex` is what fetch asks for when a body is a stream; the DOM's types don't know it yet.
  const init = { method: 'PUT', body: sent, headers: { 'content-type': 'application/octet-stream' }, duplex: 'half' }
  const answer = await client.request(url, init as RequestInit, { signal, repeatable: sent instanceof Blob })
  await answer.body?.cancel()
  return answer.headers.get('repr-digest')
}

const watchedBy = (watch: Watch, stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> =>
  stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        watch.see(chunk)
        controller.enqueue(chunk)
      },
    }),
  )

async function digest(blob: Blob, hash: Sha256): Promise<void> {
  const reader = blob.stream().getReader()
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) hash.update(piece.value)
}

async function putByBrowser(
  client: MillraceClient,
  url: string,
  body: Blob,
  hash: Sha256 | undefined,
  { signal, onProgress }: UploadOptions,
): Promise<string | null> {
  if (hash) await digest(body, hash)
  signal?.throwIfAborted()
  const request = new XMLHttpRequest()
  const answer = await new Promise<Response>((resolve, reject) => {
    request.open('PUT', client.urlOf(url))
    for (const [name, value] of Object.entries({ ...client.headers(), 'content-type': 'application/octet-stream' }))
      request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded }) => onProgress?.({ done_bytes: loaded, total_bytes: body.size })
    request.onload = () => {
      const digest = request.getResponseHeader('repr-digest')
      const headers: Record<string, string> = digest === null ? {} : { 'repr-digest': digest }
      resolve(new Response(request.responseText, { status: request.status, statusText: request.statusText, headers }))
    }
    request.onerror = () => reject(new TypeError(`the connection broke while ${url} was sent`))
    request.onabort = () => reject(signal?.reason)
    signal?.addEventListener('abort', () => request.abort(), { once: true })
    request.send(body)
  })
  if (!answer.ok) throw await errorOf(answer)
  return answer.headers.get('repr-digest')
}

/** `sha-256=:<base64>:` as hexadecimal digits. */
function hexOf(repr_digest: string | null): string | undefined {
  const base64 = /sha-256=:([^:]+):/.exec(repr_digest ?? '')?.[1]
  return base64 && Array.from(atob(base64), (one) => one.charCodeAt(0).toString(16).padStart(2, '0')).join('')
}

/** Sends a Blob in parts to the store itself, by signed URLs; false where the server's store takes none. @throws MillraceError */
async function sentInParts(client: MillraceClient, path: string, body: Blob, { signal, onProgress }: UploadOptions): Promise<boolean> {
  const part_bytes = Math.max(PART_BYTES, Math.ceil(body.size / PARTS_MAX))
  const [folder, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)]
  const target = { artifact_path: folder, path: name }
  const begun = await client.mlflowArtifacts
    .addMpuCreate({ ...target, num_parts: Math.max(1, Math.ceil(body.size / part_bytes)) }, { signal })
    .catch((error: unknown) => {
      if (isCode(error, 'NOT_IMPLEMENTED')) return undefined
      throw error
    })
  if (!begun) return false
  const { upload_id, credentials } = begun
  try {
    const parts: { part_number: number; etag: string }[] = []
    for (const { url, part_number, headers } of credentials) {
      const start = (part_number - 1) * part_bytes
      const part = body.slice(start, start + part_bytes)
      parts.push({ part_number, etag: await sendPart(client, url, part, headers, signal) })
      onProgress?.({ done_bytes: Math.min(start + part_bytes, body.size), total_bytes: body.size })
    }
    await client.mlflowArtifacts.addMpuComplete({ ...target, upload_id, parts }, { signal })
    return true
  } catch (error) {
    // Whatever went wrong is what the caller is told; parts that stay behind the store's owner sweeps.
    await client.mlflowArtifacts.addMpuAbort({ ...target, upload_id }).catch(() => undefined)
    throw error
  }
}

/** One part, to the store itself: not by `client.request`, which would show the store our credentials. */
async function sendPart(
  client: MillraceClient,
  url: string,
  body: Blob,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const send = (): Promise<Response> => (client.options.fetch ?? fetch)(url, { method: 'PUT', body, headers, ...(signal && { signal }) })
  const answer = await withRetries(send, { tries_max: client.options.tries_max ?? 5, repeatable: true, signal })
  if (!answer.ok) throw await errorOf(answer)
  await answer.body?.cancel()
  const etag = answer.headers.get('etag')
  if (etag === null) throw new TypeError('the artifact store does not show the ETag of a part: its CORS rules must expose that header')
  return etag
}
