import { stream } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { cookieOf, csrfOf } from '../cookies.ts'

/** A `stream`, since it tells what is made of the request's cookie. */
export const currentSession = stream({
  route: 'GET /api/2.0/millrace/sessions/current',
  summary: 'Tell a page who is signed in, and what it sends with requests that change something',
  access: { signed_in: 'it tells callers of themselves' },
  input: object({}),
  answers: 'username, is_admin, and for a browser session_id and csrf_token, which goes into the header X-Millrace-CSRF',
  async handler(_input, { caller: { user, is_admin, session } }, { headers }) {
    const secret = session === undefined ? undefined : cookieOf('session', headers)
    const told = { username: user, is_admin, ...(secret !== undefined && { session_id: session, csrf_token: csrfOf(secret) }) }
    return { headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(told) }
  },
})
