import type { Level } from '../access/level.ts'
import type { Settings } from '../config.ts'
import type { Caller, Visible } from './access.ts'
import type { Bytes } from './quota.ts'

/** What a handler knows besides its input: who asks, when, and how this server is set up. */
export type Context = {
  /** The time of the request, in milliseconds since 1970: one request has one time. */
  readonly now_ms: number
  /** The name of the caller; empty while there is no authentication. */
  readonly user: string
  readonly caller: Caller
  /** What a `filtered` endpoint, or one with `shows`, may show: experiments or registered models. Everything, for the others. */
  readonly visible: Visible
  /** What an account may do to a thing for which it was granted nothing. */
  readonly default_permission: Level
  readonly settings: Settings
  /** Of endpoints that count bytes (`counts_bytes`), where a quota of bytes holds for the caller. */
  readonly bytes?: Bytes
}
