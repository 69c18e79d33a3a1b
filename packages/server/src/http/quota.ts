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
  /** For bytes that do not come as the body of an upload; undefined where no quota of bytes holds for the caller. */
  bytesOf(caller: Caller, now_ms: number): Promise<Bytes | undefined>
}

/** What is left of the day's bytes of a caller. */
export type Bytes = {
  /** Counts bytes that are to be kept. @throws ApiError REQUEST_LIMIT_EXCEEDED, REQUEST_TOO_LARGE where they are too many */
  take(bytes: number): Promise<void>
  /** They were not kept after all. */
  giveBack(bytes: number): Promise<void>
}

/** Counts bytes around what keeps them: they count if that succeeds. */
export async function counted<T>(bytes: Bytes | undefined, count: () => Promise<number> | number, keep: () => Promise<T>): Promise<T> {
  if (!bytes) return keep()
  const size = await count()
  await bytes.take(size)
  try {
    return await keep()
  } catch (error) {
    await bytes.giveBack(size)
    throw error
  }
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
