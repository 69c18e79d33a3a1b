import { read } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { array, object, optional } from '../../http/schema.ts'
import { requireAccount } from '../account-store.ts'
import { sessionsOf } from '../session-store.ts'
import { Username } from '../username.ts'
import { Session, sessionToWire } from './session.ts'

export const listSessions = read({
  route: 'GET /api/2.0/millrace/sessions/list',
  summary: 'List the browsers in which you or, as an admin, anybody is signed in',
  access: { signed_in: 'others than admins are told of their own' },
  input: object({ username: optional(Username) }),
  output: object({ sessions: array(Session) }),
  async handler(db, { username = '' }, { caller, now_ms }) {
    const isOwn = username === '' || username === caller.user
    // The same answer whether there is such an account or not.
    if (!isOwn && !caller.is_admin) throw new ApiError('PERMISSION_DENIED', 'Permission denied: ask an admin.')
    const account = isOwn ? caller.user_id : (await requireAccount(db, username)).id
    return { sessions: (await sessionsOf(db, account, now_ms)).map((one) => sessionToWire(one, caller.session)) }
  },
})
