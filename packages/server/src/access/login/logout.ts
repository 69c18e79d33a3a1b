import { stream } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { object } from '../../http/schema.ts'
import { cookieOf, isCsrfOf, setCookie } from '../cookies.ts'
import { doorOf } from '../door.ts'
import { fieldsOf, goTo, isOwnForm } from './page.ts'
import { loginPath } from './problem.ts'

export const logout = stream({
  route: 'POST /logout',
  summary: 'Sign this browser out',
  access: { public: 'a session that has ended is signed out without an error' },
  input: object({}),
  answers: 'Leads to the login page, and takes the cookie away',
  takes_body: true,
  async handler(_input, { now_ms, settings }, exchange) {
    const { db, headers } = exchange
    const secret = cookieOf('session', headers)
    if (secret !== undefined) {
      const isOwn = isCsrfOf(secret, headers['x-millrace-csrf'])
      if (!isOwn && !isOwnLogout(await fieldsOf(exchange), secret, headers)) throw foreign()
      await doorOf(db)?.signOut(secret, now_ms)
    }
    return goTo(loginPath(settings.static_prefix, 'ended'), setCookie('session', '', headers, 0))
  },
})

const isOwnLogout = (fields: URLSearchParams, secret: string, headers: Parameters<typeof isOwnForm>[1]): boolean =>
  isCsrfOf(secret, fields.get('csrf_token')) || isOwnForm(fields, headers)

const foreign = (): ApiError =>
  new ApiError('PERMISSION_DENIED', 'Cross-site request blocked: send the csrf_token of GET /api/2.0/millrace/sessions/current.')
