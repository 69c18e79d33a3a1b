import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { ApiError, missing } from '../../http/errors.ts'

/** Amazon's library, loaded when S3 is first used: a server without S3 neither waits for it nor holds it in memory. */
export type S3 = {
  readonly client: S3Client
  readonly sdk: typeof import('@aws-sdk/client-s3')
  readonly presigner: typeof import('@aws-sdk/s3-request-presigner')
}

/** Connects by the same variables as MLflow and boto3 read: `MLFLOW_S3_ENDPOINT_URL`, `AWS_*`, profiles, roles of the machine. */
export async function connectS3(env: NodeJS.ProcessEnv = process.env): Promise<S3> {
  const [sdk, presigner] = await Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/s3-request-presigner')])
  const endpoint = env.MLFLOW_S3_ENDPOINT_URL || env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL
  const config: S3ClientConfig = {
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1',
    // Other stores than Amazon's have no host name for each bucket, and few know Amazon's newer checksums.
    ...(endpoint && { endpoint, forcePathStyle: env.MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE !== 'virtual' }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
  }
  return { client: new sdk.S3Client(config), sdk, presigner }
}

/** What S3 refused, as an error of ours: its own message may name buckets, keys and hosts, and stays in the log. */
export function s3Error(error: unknown, name: string): unknown {
  if (error instanceof ApiError) return error
  const { name: code = '', $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode
  if (['NoSuchKey', 'NotFound'].includes(code)) return missing(`No such artifact: '${name}'. List its folder to see what is there.`)
  if (code === 'NoSuchUpload') return missing('There is no such multipart upload: it was completed or aborted before, or never created.')
  if (['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall', 'MalformedXML'].includes(code)) {
    return new ApiError(
      'INVALID_PARAMETER_VALUE',
      'The parts are not those that were uploaded, in their order, each but the last of at least 5 MiB.',
    )
  }
  if (status === 403 || status === 401) {
    return new ApiError('PERMISSION_DENIED', "The artifact store refused this server's credentials for that.", { cause: error })
  }
  if (status === undefined || status >= 500 || code === 'NoSuchBucket') {
    return new ApiError('TEMPORARILY_UNAVAILABLE', 'The artifact store does not answer as it should: try again later.', { cause: error })
  }
  return error
}
