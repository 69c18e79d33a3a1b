import { write } from '../../http/endpoint.ts'
import { object, string } from '../../http/schema.ts'
import { noSession, removeSession, requireSession } from '../session-store.ts'

export const revokeSession = write({
  route: 'POST /api/2.0/millrace/sessions/revoke',
  summary: 'Sign a browser of yours or, as an admin, of anybody out',
  access: { signed_in: 'others than admins sign out their own' },
  input: object({ session_id: string({ min: 1, max: 64 }) }),
  output: object({}),
  async handler(tx, { session_id }, { caller }) {
    const { account } = await requireSession(tx, session_id)
    // The same answer whether there is such a session or not.
    if (account !== caller.user_id && !caller.is_admin) throw noSession(session_id)
    await removeSession(tx, session_id)
    return {}
  },
})
