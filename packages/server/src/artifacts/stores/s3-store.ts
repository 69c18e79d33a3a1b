import type { Readable } from 'node:stream'
import type { _Object, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { chunkPassed } from '../collect.ts'
import { contentTypeOf } from '../content-type.ts'
import { faultOfName, type Segments } from '../path.ts'
import { namesFolder } from './disk-store.ts'
import { connectS3, type S3, s3Error } from './s3-client.ts'
import { S3Direct } from './s3-direct.ts'
import { writeObject } from './s3-write.ts'
import type { Entry, Incoming, Kept, OpenArtifact, Store } from './store.ts'

/** Artifacts in a bucket of Amazon S3, or of any store that speaks its protocol, below a prefix. */
export class S3Store implements Store {
  readonly root: string
  readonly direct: S3Direct
  readonly #bucket: string
  readonly #prefix: Segments
  #s3: Promise<S3> | undefined

  constructor(bucket: string, prefix: Segments) {
    this.root = `s3://${[bucket, ...prefix].join('/')}`
    this.#bucket = bucket
    this.#prefix = prefix
    this.direct = new S3Direct(
      bucket,
      () => this.#connected(),
      (path) => this.#key(path),
    )
  }

  #connected(): Promise<S3> {
    this.#s3 ??= connectS3()
    return this.#s3
  }

  #key(path: Segments): string {
    return [...this.#prefix, ...path].join('/')
  }

  async list(folder: Segments): Promise<Entry[]> {
    const prefix = this.#folderKey(folder)
    const entries: Entry[] = []
    const add = (key: string | undefined, entry: (name: string) => Entry): void => {
      const name = namePast(prefix, key)
      if (name !== undefined) entries.push(entry(name))
    }
    for await (const page of this.#pages(prefix, '/')) {
      for (const { Prefix } of page.CommonPrefixes ?? []) add(Prefix?.replace(/\/$/, ''), (name) => ({ name, is_dir: true }))
      for (const { Key, Size = 0 } of page.Contents ?? []) add(Key, (name) => ({ name, is_dir: false, size: Size }))
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async open(path: Segments): Promise<OpenArtifact> {
    const { client, sdk } = await this.#connected()
    const Key = this.#key(path)
    const head = await client.send(new sdk.HeadObjectCommand({ Bucket: this.#bucket, Key })).catch(async (error) => {
      const refusal = s3Error(error, path.at(-1) ?? '')
      throw (await this.#isFolder(path)) ? namesFolder() : refusal
    })
    const etag = head.ETag ?? ''
    return {
      size: head.ContentLength ?? 0,
      etag,
      modified_ms: head.LastModified?.getTime() ?? 0,
      read: async (start, end) => {
        // The bytes must be of the object whose size was told before.
        const wanted = { Bucket: this.#bucket, Key, Range: `bytes=${start}-${end}`, ...(etag && { IfMatch: etag }) }
        const { Body } = await client.send(new sdk.GetObjectCommand(wanted)).catch((error) => {
          throw s3Error(error, path.at(-1) ?? '')
        })
        return collected(Body as unknown as Readable)
      },
      close: async () => {},
    }
  }

  async write(path: Segments, incoming: Incoming): Promise<Kept> {
    try {
      return await writeObject(
        await this.#connected(),
        { Bucket: this.#bucket, Key: this.#key(path), ContentType: contentTypeOf(path) },
        incoming,
      )
    } catch (error) {
      throw s3Error(error, path.at(-1) ?? '')
    }
  }

  async remove(path: Segments): Promise<void> {
    const { client, sdk } = await this.#connected()
    const remove = async (objects: readonly _Object[]): Promise<void> => {
      if (objects.length === 0) return
      const Delete = { Objects: objects.map(({ Key }) => ({ Key })), Quiet: true }
      const { Errors = [] } = await client.send(new sdk.DeleteObjectsCommand({ Bucket: this.#bucket, Delete }))
      if (Errors.length > 0) throw new Error(`S3 kept ${Errors.length} objects that were to be deleted: ${Errors[0]?.Code}`)
    }
    try {
      await remove([{ Key: this.#key(path) }])
      for await (const page of this.#pages(this.#folderKey(path))) await remove(page.Contents ?? [])
    } catch (error) {
      throw s3Error(error, path.at(-1) ?? '')
    }
  }

  async measure(folder: Segments): Promise<{ files: number; bytes: number }> {
    const sum = { files: 0, bytes: 0 }
    for await (const page of this.#pages(this.#folderKey(folder))) {
      for (const { Size = 0 } of page.Contents ?? []) {
        sum.files++
        sum.bytes += Size
      }
    }
    return sum
  }

  #folderKey(folder: Segments): string {
    const key = this.#key(folder)
    return key === '' ? '' : `${key}/`
  }

  async #isFolder(path: Segments): Promise<boolean> {
    for await (const page of this.#pages(this.#folderKey(path), '/', 1)) return (page.KeyCount ?? 0) > 0
    return false
  }

  async *#pages(Prefix: string, Delimiter?: string, MaxKeys = 1000): AsyncGenerator<ListObjectsV2CommandOutput> {
    const { client, sdk } = await this.#connected()
    let ContinuationToken: string | undefined
    do {
      const asked = {
        Bucket: this.#bucket,
        Prefix,
        MaxKeys,
        ...(Delimiter && { Delimiter }),
        ...(ContinuationToken && { ContinuationToken }),
      }
      const page = await client.send(new sdk.ListObjectsV2Command(asked)).catch((error) => {
        throw s3Error(error, Prefix)
      })
      yield page
      ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined
    } while (ContinuationToken)
  }
}

/** Once somebody reads it, what came through is collected. */
function collected(body: Readable): Readable {
  return body.once('resume', () => body.on('data', ({ length }: Buffer) => chunkPassed(length)))
}

/**
 * The name of an object directly below a folder. Keys are any text, written by any program: one that climbs, is absolute or could not be
 * asked for again is left out, with a warning.
 */
export function namePast(prefix: string, key: string | undefined): string | undefined {
  if (key === undefined || key === prefix || key.endsWith('/')) return undefined
  const name = key.startsWith(prefix) ? key.slice(prefix.length) : key
  if (key.startsWith(prefix) && faultOfName(name) === undefined) return name
  process.emitWarning(`The artifact store lists ${JSON.stringify(key)}, which is no artifact's name: it is left out.`, {
    code: 'MILLRACE_ARTIFACT_NAME',
  })
  return undefined
}
