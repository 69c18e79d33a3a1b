import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { FileDenied } from './denied.ts'
import { ApiError } from './errors.ts'
import { noteFailure } from './log.ts'

type FrameworkError = Error & { code?: string; statusCode?: number }

/**
 * Every failure leaves as `{ error_code, message }`; what went wrong inside goes to the log, under the request's id.
 * @param onDenied told of each refusal of a file that its caller may not reach
 */
export function answerErrors(app: FastifyInstance, onDenied: (denied: FileDenied, request: FastifyRequest) => void): void {
  app.setErrorHandler((error: FrameworkError, request, reply) => {
    if (error instanceof FileDenied) onDenied(error, request)
    return answerError(error, request, reply)
  })
  app.setNotFoundHandler((request, reply) => {
    const message = `There is no endpoint ${request.method} at this path; /openapi.json lists them.`
    return answerError(new ApiError('ENDPOINT_NOT_FOUND', message), request, reply)
  })
}

/** The answer to one failed request. */
export function answerError(error: FrameworkError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = knownError(error) ?? internal(request)
  noteFailure(request, { error_code: known.code, ...(known.status >= 500 && { err: error }) })
  if (known.code === 'TEMPORARILY_UNAVAILABLE') reply.header('retry-after', '1')
  // A body that arrives too slowly is not waited for.
  if (known.code === 'REQUEST_TIMEOUT') reply.header('connection', 'close')
  if (known.headers) reply.headers(known.headers)
  reply.code(known.status).header('content-type', JSON_TYPE)
  // A Buffer passes Fastify untouched, and an answer to HEAD has no body.
  return reply.send(JSON.stringify({ error_code: known.code, message: known.message }))
}

const JSON_TYPE = 'application/json; charset=utf-8'

const internal = (request: FastifyRequest): ApiError =>
  new ApiError('INTERNAL_ERROR', `Something went wrong inside the server; its log says what, under request ${request.id}.`)

/** Fastify's own refusals, in our words: its texts repeat what was sent (security case BR-07). */
function knownError(error: FrameworkError): ApiError | undefined {
  if (error instanceof ApiError) return error
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError('REQUEST_TOO_LARGE', 'The body is longer than this endpoint takes; send it in smaller parts.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ApiError('INVALID_PARAMETER_VALUE', 'Bad Request. The Content-Type header is not a media type.')
    case 'FST_ERR_BAD_URL':
      return new ApiError('BAD_REQUEST', 'The path is not correctly percent-encoded.')
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ApiError('INVALID_PARAMETER_VALUE', 'A part of the path is too long.')
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new ApiError('BAD_REQUEST', 'The request is not one that this server understands.')
  }
  return undefined
}

const ANSWERS_TO_BROKEN: Record<string, [status: string, code: string, message: string] | undefined> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'BAD_REQUEST', 'The request line and headers are longer than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'REQUEST_TIMEOUT', 'The request did not arrive in time.'],
}
const BROKEN = ['400 Bad Request', 'BAD_REQUEST', 'This is not a request in HTTP/1.1.'] as const

/** What is not HTTP, or could be read as two different requests (security case ID-11), is answered once and cut off. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, error_code, message] = ANSWERS_TO_BROKEN[error.code ?? ''] ?? BROKEN
  const body = JSON.stringify({ error_code, message })
  const head = `HTTP/1.1 ${status}\r\ncontent-type: ${JSON_TYPE}\r\nx-content-type-options: nosniff\r\ncache-control: no-store\r\n`
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`)
}
