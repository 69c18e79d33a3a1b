import type { S3ClientConfig } from '@aws-sdk/client-s3'
import { Refused } from '../refused.ts'
import type { Record } from './registry.ts'

/** A folder of a bucket. */
export type S3Place = { readonly bucket: string; readonly prefix: string }

const FILES_MAX = 10_000

/**
 * The files of a folder in S3, which keeps no digests that could be relied on: what arrives is hashed and scanned here, as a folder is.
 * Found and signed in to by the variables that MLflow and boto3 read. @throws Refused('fetch')
 */
export async function s3Record({ bucket, prefix }: S3Place, env: NodeJS.ProcessEnv = process.env): Promise<Record> {
  // Loaded when it is first used: 19 MB that nobody else needs.
  const sdk = await import('@aws-sdk/client-s3')
  const client = new sdk.S3Client(configOf(env))
  const root = prefix === '' ? '' : `${prefix}/`
  const paths: string[] = []
  let after: string | undefined
  do {
    const page = await asking(() => client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: root, ContinuationToken: after })))
    for (const { Key = '' } of page.Contents ?? []) if (!Key.endsWith('/')) paths.push(Key.slice(root.length))
    if (paths.length > FILES_MAX) throw new Refused('fetch', `s3://${bucket}/${root} has more than ${FILES_MAX} files: that is no model.`)
    after = page.IsTruncated ? page.NextContinuationToken : undefined
  } while (after !== undefined)
  if (paths.length === 0) throw new Refused('find', `s3://${bucket}/${root} holds nothing: give the folder in which MLmodel is.`)
  return {
    paths,
    digests: undefined,
    scan: undefined,
    async open(path) {
      const { Body } = await asking(() => client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: root + path })))
      if (Body === undefined) throw new Refused('fetch', `${path} came without a body.`)
      return Body.transformToWebStream() as ReadableStream<Uint8Array>
    },
  }
}

function configOf(env: NodeJS.ProcessEnv): S3ClientConfig {
  const endpoint = env.MLFLOW_S3_ENDPOINT_URL || env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL
  return {
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1',
    // Other stores than Amazon's have no host name for each bucket.
    ...(endpoint && { endpoint, forcePathStyle: env.MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE !== 'virtual' }),
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
  }
}

/** What S3 says may name keys and hosts that are no caller's affair: the kind of the error is told. */
async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const { name = 'Error', $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } }
    const status = $metadata?.httpStatusCode === undefined ? '' : ` (${$metadata.httpStatusCode})`
    throw new Refused('fetch', `S3 did not hand the model out: ${name}${status}. Check the bucket, and the AWS_ variables.`, {
      cause: error,
    })
  }
}
