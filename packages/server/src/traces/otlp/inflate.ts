import { pipeline, Readable, Writable } from 'node:stream'
import { createGunzip, createInflate } from 'node:zlib'
import { ApiError } from '../../http/errors.ts'

const INFLATED_MAX_BYTES = 64 * 2 ** 20
/** Spans, which repeat themselves a lot, shrink to a thirtieth; what shrinks to less than a hundredth is made to fill memory. */
const RATIO_MAX = 100
const RATIO_FROM_BYTES = 2 ** 20

/**
 * Inflates a body by its `Content-Encoding`, in zlib's own threads, and stops at the first byte too many (security case DO-04).
 * @throws ApiError REQUEST_TOO_LARGE, BAD_REQUEST, UNSUPPORTED_MEDIA_TYPE
 */
export function inflate(body: Buffer, encoding: string | undefined): Promise<Buffer> | Buffer {
  if (encoding === undefined || encoding === '' || encoding === 'identity') return body
  const inflater = encoding === 'gzip' ? createGunzip() : encoding === 'deflate' ? createInflate() : undefined
  if (!inflater) throw new ApiError('UNSUPPORTED_MEDIA_TYPE', `Content-Encoding '${encoding.slice(0, 50)}' is not read: send gzip or none.`)
  const max = Math.min(INFLATED_MAX_BYTES, Math.max(RATIO_FROM_BYTES, body.length * RATIO_MAX))
  const chunks: Buffer[] = []
  let length = 0
  const collect = new Writable({
    write(chunk: Buffer, _encoding, done) {
      length += chunk.length
      if (length <= max) chunks.push(chunk)
      done(length > max ? tooLarge(max) : null)
    },
  })
  return new Promise((resolve, reject) => {
    pipeline(Readable.from([body]), inflater, collect, (error) => {
      if (!error) resolve(Buffer.concat(chunks, length))
      else reject(error instanceof ApiError ? error : new ApiError('BAD_REQUEST', `The body is not ${encoding}, as its header says.`))
    })
  })
}

const tooLarge = (max: number): ApiError =>
  new ApiError(
    'REQUEST_TOO_LARGE',
    `The body inflates to more than the ${max} bytes that are taken for its size: send fewer spans at once.`,
  )
