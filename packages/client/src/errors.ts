import type { ErrorCode } from './endpoints.ts'
import { parseJson } from './json.ts'

/** What the server answered instead of a result: decide by `code`, show `message`. The codes are in docs/errors.md. */
export class MillraceError extends Error {
  /** The server's `error_code`; `HTTP_502` and the like when the answer came from something in between. */
  readonly code: ErrorCode | `HTTP_${number}` | (string & {})
  /** The HTTP status. */
  readonly status: number

  constructor(code: string, status: number, message: string) {
    super(message)
    this.name = 'MillraceError'
    this.code = code
    this.status = status
  }
}

/** Whether something that was thrown is the server's error of this code, as in `catch (error) { if (isCode(error, '...')) ... }`. */
export const isCode = (error: unknown, code: ErrorCode): error is MillraceError => error instanceof MillraceError && error.code === code

/** Reads a failed answer, whoever gave it. */
export async function errorOf(answer: Response): Promise<MillraceError> {
  const text = await answer.text().catch(() => '')
  try {
    const { error_code, message } = parseJson(text) as { error_code?: unknown; message?: unknown }
    if (typeof error_code === 'string') return new MillraceError(error_code, answer.status, String(message))
  } catch {
    // Not JSON: a proxy's page, most likely.
  }
  return new MillraceError(`HTTP_${answer.status}`, answer.status, text.slice(0, 500) || answer.statusText)
}
