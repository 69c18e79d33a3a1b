import { channel } from 'node:diagnostics_channel'
import type { FastifyRequest } from 'fastify'
import { localOwner, NOBODY } from './access.ts'
import { ApiError, type ErrorCode } from './errors.ts'
import type { Log } from './log.ts'
import type { House } from './pipeline.ts'

/** The channel on which each denied file is told: `http/metrics.ts` counts them. */
export const DENIED_READS = 'millrace:denied-read'

/** Why a file was refused: its path, source or location, a symbolic link on the way, its bytes, or what a scan found in them. */
export type DeniedBy = 'path' | 'source' | 'location' | 'symbolic_link' | 'digest' | 'scan'

/** What is known of a denied read: for the log, the metric and the audit log. */
export type DeniedRead = {
  readonly by: DeniedBy
  /** What was asked for, as it was spelled, cut to 300 characters; the request's own path where a link lay on the way. */
  readonly asked: string
  /** The caller's name; empty without login. */
  readonly user: string
  readonly address: string
  /** The endpoint, as `GET /api/...` with its template. */
  readonly route: string
}

const ASKED_MAX = 300
const denials = channel(DENIED_READS)

/**
 * A refusal of a file that a caller may not reach: a path that climbs, a link, a place outside the artifact roots. To its caller it is an
 * error like others; the server also keeps it on record, since it is rarely an honest mistake.
 */
export class FileDenied extends ApiError {
  readonly by: DeniedBy
  readonly asked: string | undefined

  constructor(code: ErrorCode, message: string, by: DeniedBy, asked?: string) {
    super(code, message)
    this.by = by
    // What is kept goes to databases too, which take no NUL and no half of a character.
    this.asked = asked?.slice(0, ASKED_MAX).toWellFormed().replaceAll('\0', '\ufffd')
  }
}

/** Writes the refusal to the log, counts it, and hands it to the audit log: who asked, from where, for what. */
export function putDeniedOnRecord(error: FileDenied, request: FastifyRequest, house: House, log: Log): void {
  const { by, asked } = error
  const route = `${request.method} ${request.routeOptions.url ?? 'none'}`
  // Who asks is worked out again, on this path alone, instead of being remembered for every request.
  Promise.resolve()
    .then(() => (house.authority ?? localOwner).identify(request))
    .catch(() => NOBODY)
    .then(({ user, user_id, workspace }) => {
      const denied: DeniedRead = { by, asked: asked ?? request.url.slice(0, ASKED_MAX), user, address: request.ip, route }
      log.warn({ ...denied, request_id: request.id }, 'a file was denied')
      denials.publish(denied)
      house.audit?.recordAlone({
        at_ms: Date.now(),
        action: route,
        outcome: 'denied',
        who: { name: user, id: user_id, address: request.ip },
        on: { kind: 'file', id: denied.asked },
        ...(house.settings.workspaces && { workspace }),
        detail: { by },
      })
    })
    .catch((failure) => log.error({ err: failure }, 'a denied file could not be put on record'))
}
