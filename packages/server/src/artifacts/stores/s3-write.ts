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
    for (let is_last = false; !is_last; ) {
      const part = parts.take()
      const filled = await incoming.fill(part)
      const bytes = part.subarray(0, filled)
      hash.update(bytes)
      size += filled
      is_last = filled < part.length || size === incoming.declared_bytes
      if (!is_last) await upload.add(part)
      else {
        if (incoming.declared_bytes !== undefined && size !== incoming.declared_bytes) {
          throw new ApiError('BAD_REQUEST', `The upload ended after ${size} of ${incoming.declared_bytes} bytes: send it again.`)
        }
        const step = (): Promise<void> => upload.finish(bytes)
        await (incoming.publish ? incoming.publish(step) : step())
      }
    }
    return { size, sha256: hash.digest() }
  } catch (error) {
    await upload.abort()
    throw error
  } finally {
    parts.release()
  }
}

/** Room for parts, used again when a part was sent: fresh memory for each would pile up before V8 sees a reason to collect it. */
class PartBuffers {
  readonly #bytes: number
  readonly #free: Buffer<ArrayBuffer>[] = []

  constructor(bytes: number) {
    this.#bytes = bytes
  }

  take(): Buffer<ArrayBuffer> {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#bytes)
  }

  /** Only of a part that the store has taken: one that failed may still be on its way. */
  giveBack(part: Buffer<ArrayBuffer>): void {
    if (part.buffer.byteLength === this.#bytes) this.#free.push(Buffer.from(part.buffer))
  }

  /** Gives the memory back now; V8 would do so when the next uploads have as much again. */
  release(): void {
    for (const { buffer } of this.#free) buffer.transfer(0)
  }
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

  async add(bytes: Buffer<ArrayBuffer>): Promise<void> {
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

  async finish(last: Buffer<ArrayBuffer>): Promise<void> {
    const { client, sdk } = this.#s3
    if (this.#upload_id === undefined) {
      await client.send(new sdk.PutObjectCommand({ ...this.#target, Body: last }))
      return
    }
    if (last.length > 0) await this.add(last)
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

  async #send(bytes: Buffer<ArrayBuffer>, PartNumber: number): Promise<void> {
    const { Bucket, Key } = this.#target
    const { client, sdk } = this.#s3
    const part = { Bucket, Key, UploadId: this.#upload_id, PartNumber, Body: bytes }
    const { ETag } = await client.send(new sdk.UploadPartCommand(part))
    this.#parts.push({ PartNumber, ETag })
    this.#buffers.giveBack(bytes)
  }
}
