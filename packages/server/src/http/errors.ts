/**
 * Every error code that Millrace sends and its HTTP status, decided in this one place. Codes and statuses are MLflow's
 * (`error_status` of its protobuf services), since its clients decide by them what to raise and what to retry.
 */
export const STATUS_OF_CODE = {
  BAD_REQUEST: 400,
  INVALID_PARAMETER_VALUE: 400,
  // MLflow answers 500, by which its clients try again for minutes.
  FEATURE_DISABLED: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  ENDPOINT_NOT_FOUND: 404,
  RESOURCE_DOES_NOT_EXIST: 404,
  REQUEST_TIMEOUT: 408,
  RESOURCE_CONFLICT: 409,
  REQUEST_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RANGE_NOT_SATISFIABLE: 416,
  UNPROCESSABLE_CONTENT: 422,
  REQUEST_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  INVALID_STATE: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
  INSUFFICIENT_STORAGE: 507,
} as const

export type ErrorCode = keyof typeof STATUS_OF_CODE

/** What a caller did wrong or met, in words that say what to do next. Sent as `{ error_code, message }`. */
export class ApiError extends Error {
  readonly code: ErrorCode

  /** Headers that the answer carries besides: how to sign in, when to come back. */
  readonly headers: Readonly<Record<string, string>> | undefined

  constructor(code: ErrorCode, message: string, options?: ErrorOptions & { headers?: Readonly<Record<string, string>> }) {
    super(message, options)
    this.name = 'ApiError'
    this.code = code
    this.headers = options?.headers
  }

  get status(): number {
    return STATUS_OF_CODE[this.code]
  }
}

/** The request can't be understood or breaks a limit: 400 `INVALID_PARAMETER_VALUE`. */
export const invalid = (message: string): ApiError => new ApiError('INVALID_PARAMETER_VALUE', message)

/** There is no such thing, or the caller may not know of it: 404 `RESOURCE_DOES_NOT_EXIST`. */
export const missing = (message: string): ApiError => new ApiError('RESOURCE_DOES_NOT_EXIST', message)
