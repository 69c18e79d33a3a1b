import type { Settings } from '../config.ts'

/** What a handler knows besides its input: who asks, when, and how this server is set up. */
export type Context = {
  /** The time of the request, in milliseconds since 1970: one request has one time. */
  readonly now_ms: number
  /** The name of the caller; empty while there is no authentication. */
  readonly user: string
  readonly settings: Settings
}
