import type { Readable } from 'node:stream'
import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { ConfigProblem } from '../../config-problem.ts'
import { connectS3, s3Error } from './s3-client.ts'

/** An object of a bucket. Its name is any text, and no path: nothing may be written under it. */
export type StoredObject = {
  /** `s3://bucket/key` */
  readonly uri: string
  /** Its name below the prefix that was asked for. */
  readonly name: string
  readonly bytes: number
  readonly owner: string
  /** Its bytes, as they come. */
  read(): Promise<Readable>
}

/**
 * Every object below `s3://bucket/prefix`, or the one of that very name, whatever it is called; by the variables that boto3 reads.
 * @throws ConfigProblem when the address is none; ApiError when the store refuses
 */
export async function* objectsBelow(uri: string, env: NodeJS.ProcessEnv): AsyncGenerator<StoredObject> {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(uri) ?? []
  if (bucket === undefined) throw new ConfigProblem(`${JSON.stringify(uri)} is no place on S3: one is s3://bucket/models.`)
  const { client, sdk } = await connectS3(env)
  // "models" is a folder, and not the beginning of "models-of-others".
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
  let token: string | undefined
  try {
    do {
      const asked = { Bucket: bucket, Prefix: prefix, FetchOwner: true, ...(token && { ContinuationToken: token }) }
      const page: ListObjectsV2CommandOutput = await client.send(new sdk.ListObjectsV2Command(asked))
      for (const { Key, Size = 0, Owner } of page.Contents ?? []) {
        if (Key === undefined || (Key !== prefix && !Key.startsWith(folder)) || (Key.endsWith('/') && Size === 0)) continue
        const name = Key === prefix ? Key.slice(Key.lastIndexOf('/') + 1) : Key.slice(folder.length)
        const read = async (): Promise<Readable> => {
          const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key }))
          return Body as unknown as Readable
        }
        yield { uri: `s3://${bucket}/${Key}`, name, bytes: Size, owner: Owner?.DisplayName ?? Owner?.ID ?? '', read }
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined
    } while (token)
  } catch (error) {
    throw s3Error(error, uri)
  } finally {
    client.destroy()
  }
}
