import type { Caller } from './access.ts'
import type { ApiError } from './errors.ts'

/** Limits on what accounts and workspaces may ask for: the one place where quotas are plugged in. */
export type Quotas = {
  /** Counts a request. @throws ApiError REQUEST_LIMIT_EXCEEDED */
  count(caller: Caller, now_ms: number): Promise<void> | void
  /**
   * Begins an upload. @param declared_bytes how long it says that it is
   * @throws ApiError REQUEST_LIMIT_EXCEEDED, REQUEST_TOO_LARGE
   */
  beginUpload(caller: Caller, declared_bytes: number | undefined, now_ms: number): Promise<Upload>
}

/** An upload that is under way. */
export type Upload = {
  /** How many bytes it may have. */
  readonly max_bytes: number
  /** What a longer one is refused with. */
  readonly exceeded: ApiError
  /** Tells of bytes that arrived. */
  arrived(bytes: number): void
  /** It is over, well or not: what arrived counts. */
  end(): Promise<void>
}
