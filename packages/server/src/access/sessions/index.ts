import type { Endpoint } from '../../http/endpoint.ts'
import { currentSession } from './current.ts'
import { listSessions } from './list.ts'
import { revokeSession } from './revoke.ts'

/** Browsers that are signed in. */
export const sessionEndpoints: readonly Endpoint[] = [currentSession, listSessions, revokeSession]
