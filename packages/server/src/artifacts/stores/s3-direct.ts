import { setImmediate } from 'node:timers/promises'
import { contentTypeOf, dispositionOf } from '../content-type.ts'
import type { Segments } from '../path.ts'
import { type S3, s3Error } from './s3-client.ts'
import type { DirectAccess } from './store.ts'

const PART_EXPIRES_S = 3600
/** Signing costs a third of a millisecond: others get their turn in between. */
const SIGNED_AT_ONCE = 32

/** Signed URLs and multipart uploads of a bucket: big files go between client and store without passing through this server. */
export class S3Direct implements DirectAccess {
  readonly #bucket: string
  readonly #connected: () => Promise<S3>
  readonly #key: (path: Segments) => string

  constructor(bucket: string, connected: () => Promise<S3>, key: (path: Segments) => string) {
    this.#bucket = bucket
    this.#connected = connected
    this.#key = key
  }

  #object(path: Segments): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: this.#key(path) }
  }

  async download(path: Segments, expires_s: number): Promise<{ url: string; size: number }> {
    const { client, sdk, presigner } = await this.#connected()
    const { ContentLength = 0 } = await client.send(new sdk.HeadObjectCommand(this.#object(path))).catch((error) => {
      throw s3Error(error, path.at(-1) ?? '')
    })
    // Signed with the URL: a browser saves the file and never shows it.
    const asked = { ...this.#object(path), ResponseContentDisposition: dispositionOf(path) }
    return { url: await presigner.getSignedUrl(client, new sdk.GetObjectCommand(asked), { expiresIn: expires_s }), size: ContentLength }
  }

  async upload(path: Segments, expires_s: number, bytes?: number): Promise<{ url: string; headers: Record<string, string> }> {
    const { client, sdk, presigner } = await this.#connected()
    const ContentType = contentTypeOf(path)
    const length = bytes === undefined ? {} : { ContentLength: bytes }
    const command = new sdk.PutObjectCommand({ ...this.#object(path), ContentType, ...length })
    const signed = { expiresIn: expires_s, signableHeaders: new Set(['content-type', ...(bytes === undefined ? [] : ['content-length'])]) }
    const headers = { 'Content-Type': ContentType, ...(bytes !== undefined && { 'Content-Length': String(bytes) }) }
    return { url: await presigner.getSignedUrl(client, command, signed), headers }
  }

  async createMultipart(path: Segments, parts: number): Promise<{ upload_id: string; urls: string[] }> {
    const { client, sdk, presigner } = await this.#connected()
    const created = new sdk.CreateMultipartUploadCommand({ ...this.#object(path), ContentType: contentTypeOf(path) })
    const { UploadId = '' } = await client.send(created).catch((error) => {
      throw s3Error(error, path.at(-1) ?? '')
    })
    const urls: string[] = []
    for (let PartNumber = 1; PartNumber <= parts; PartNumber++) {
      const part = new sdk.UploadPartCommand({ ...this.#object(path), UploadId, PartNumber })
      urls.push(await presigner.getSignedUrl(client, part, { expiresIn: PART_EXPIRES_S }))
      if (PartNumber % SIGNED_AT_ONCE === 0) await setImmediate()
    }
    return { upload_id: UploadId, urls }
  }

  async measureMultipart(path: Segments, UploadId: string, part_numbers: readonly number[]): Promise<number> {
    const { client, sdk } = await this.#connected()
    const wanted = new Set(part_numbers)
    let bytes = 0
    for (let marker: string | undefined; ; ) {
      const page = { ...this.#object(path), UploadId, ...(marker !== undefined && { PartNumberMarker: marker }) }
      const {
        Parts = [],
        IsTruncated,
        NextPartNumberMarker,
      } = await client.send(new sdk.ListPartsCommand(page)).catch((error) => {
        throw s3Error(error, path.at(-1) ?? '')
      })
      for (const { PartNumber = 0, Size = 0 } of Parts) if (wanted.has(PartNumber)) bytes += Size
      if (!IsTruncated || NextPartNumberMarker === undefined || NextPartNumberMarker === marker) return bytes
      marker = NextPartNumberMarker
    }
  }

  async completeMultipart(path: Segments, UploadId: string, parts: readonly { part_number: number; etag: string }[]): Promise<void> {
    const { client, sdk } = await this.#connected()
    const Parts = parts.map(({ part_number, etag }) => ({ PartNumber: part_number, ETag: etag }))
    const command = new sdk.CompleteMultipartUploadCommand({ ...this.#object(path), UploadId, MultipartUpload: { Parts } })
    await client.send(command).catch((error) => {
      throw s3Error(error, path.at(-1) ?? '')
    })
  }

  async abortMultipart(path: Segments, UploadId: string): Promise<void> {
    const { client, sdk } = await this.#connected()
    await client.send(new sdk.AbortMultipartUploadCommand({ ...this.#object(path), UploadId })).catch((error) => {
      throw s3Error(error, path.at(-1) ?? '')
    })
  }
}
