import { createHash } from 'node:crypto'
import { ApiError } from '../../http/errors.ts'
import type { S3 } from './s3-client.ts'
import type { Incoming, Kept } from './store.ts'

type Target = { Bucket: string; Key: string; ContentType: string }

const PART_BYTES = 2 ** 23
const PARTS_MAX = 10_000
const PARTS_AT_ONCE = 3

/** Keeps an object whole or not at all, with a few parts in memory: S3 shows a multipart upload only when it is completed. */
export async function writeObject(s3: S3, target: Target, incoming: Incoming): Promise<Kept> {
  const hash = createHash('sha256')
  const declared = incoming.declared_bytes ?? 0
  const isShort = declared > 0 && declared < PART_BYTES
  const parts = new PartBuffers(isShort ? declared : Math.max(PART_BYTES, Math.ceil(declared / PARTS_MAX)))
  const upload = new PartUpload(s3, target, parts)
  let size = 0
  try {
    for await (const part of partsOf(incoming.body, parts)) {
      hash.update(part.bytes)
      size += part.bytes.length
      if (part.is_last) {
        if (incoming.declared_bytes !== undefined && size !== incoming.declared_bytes) {
          throw new ApiError('BAD_REQUEST', `The upload ended after ${size} of ${incoming.declared_bytes} bytes: send it again.`)
        }
        await upload.finish(part.bytes)
      } else await upload.add(part.bytes)
    }
    return { size, sha256: hash.digest() }
  } catch (error) {
    await upload.abort()
    throw error
  }
}

/** Room for parts, used again when a part was sent: fresh memory for each would pile up before V8 sees a reason to collect it. */
class PartBuffers {
  readonly #bytes: number
  readonly #free: Buffer[] = []

  constructor(bytes: number) {
    this.#bytes = bytes
  }

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#bytes)
  }

  /** Only of a part that the store has taken: one that failed may still be on its way. */
  giveBack(part: Buffer): void {
    if (part.length === this.#bytes) this.#free.push(part)
  }
}

/** The bytes in parts of equal length, the last one shorter, and empty when there is nothing else. */
async function* partsOf(body: AsyncIterable<Buffer>, buffers: PartBuffers): AsyncGenerator<{ bytes: Buffer; is_last: boolean }> {
  let part = buffers.take()
  let filled = 0
  for await (const chunk of body) {
    for (let from = 0; from < chunk.length; ) {
      if (filled === part.length) {
        yield { bytes: part, is_last: false }
        part = buffers.take()
        filled = 0
      }
      const copied = chunk.copy(part, filled, from)
      from += copied
      filled += copied
    }
  }
  yield { bytes: part.subarray(0, filled), is_last: true }
}

/** An upload that becomes a multipart one when there is more than one part. */
class PartUpload {
  readonly #s3: S3
  readonly #target: Target
  readonly #buffers: PartBuffers
  readonly #parts: { PartNumber: number; ETag: string | undefined }[] = []
  readonly #running = new Set<Promise<void>>()
  #upload_id: string | undefined
  #failure: unknown
  #count = 0

  constructor(s3: S3, target: Target, buffers: PartBuffers) {
    this.#s3 = s3
    this.#target = target
    this.#buffers = buffers
  }

  async add(bytes: Buffer): Promise<void> {
    const { client, sdk } = this.#s3
    this.#upload_id ??= (await client.send(new sdk.CreateMultipartUploadCommand(this.#target))).UploadId
    while (this.#running.size >= PARTS_AT_ONCE) await Promise.race(this.#running)
    if (this.#failure !== undefined) throw this.#failure
    const sent: Promise<void> = this.#send(bytes, ++this.#count)
      .catch((error) => {
        this.#failure ??= error
      })
      .finally(() => this.#running.delete(sent))
    this.#running.add(sent)
  }

  async finish(last: Buffer): Promise<void> {
    const { client, sdk } = this.#s3
    if (this.#upload_id === undefined) {
      await client.send(new sdk.PutObjectCommand({ ...this.#target, Body: last }))
      return
    }
    await this.add(last)
    await Promise.all(this.#running)
    if (this.#failure !== undefined) throw this.#failure
    const { Bucket, Key } = this.#target
    const Parts = this.#parts.sort((a, b) => a.PartNumber - b.PartNumber)
    await client.send(new sdk.CompleteMultipartUploadCommand({ Bucket, Key, UploadId: this.#upload_id, MultipartUpload: { Parts } }))
  }

  /** Nothing of it stays; that the store can't be reached even for this is no reason to hide why the upload failed. */
  async abort(): Promise<void> {
    await Promise.all(this.#running)
    if (this.#upload_id === undefined) return
    const { Bucket, Key } = this.#target
    const { client, sdk } = this.#s3
    await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId: this.#upload_id })).catch(() => {})
  }

  async #send(bytes: Buffer, PartNumber: number): Promise<void> {
    const { Bucket, Key } = this.#target
    const { client, sdk } = this.#s3
    const part = { Bucket, Key, UploadId: this.#upload_id, PartNumber, Body: bytes }
    const { ETag } = await client.send(new sdk.UploadPartCommand(part))
    this.#parts.push({ PartNumber, ETag })
    this.#buffers.giveBack(bytes)
  }
}
