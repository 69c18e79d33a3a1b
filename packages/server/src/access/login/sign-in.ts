import { stream } from '../../http/endpoint.ts'
import { ApiError, missing } from '../../http/errors.ts'
import { LoginRefused } from '../../http/login-record.ts'
import { object } from '../../http/schema.ts'
import { cookieOf, setCookie } from '../cookies.ts'
import { doorOf } from '../door.ts'
import { ownPath } from '../own-path.ts'
import { PASSWORD_LENGTH_MAX } from '../password.ts'
import { fieldsOf, goTo, isOwnForm } from './page.ts'
import { loginPath, type Problem, SignInFailed } from './problem.ts'

const COOKIE_LASTS_S = 7 * 86_400

export const signIn = stream({
  route: 'POST /login',
  summary: 'Sign a browser in by name and password',
  access: { public: 'whoever signs in is not signed in' },
  input: object({}),
  answers: 'Leads on to the page that was asked for, with the cookie of the session, or back to the form',
  takes_body: true,
  async handler(_input, { now_ms, caller, settings }, exchange) {
    const { db, headers } = exchange
    const door = doorOf(db)
    if (!door) throw missing('Nobody signs in to this server: it was started without --auth.')
    const fields = await fieldsOf(exchange)
    const next = ownPath(fields.get('next') ?? undefined, settings.static_prefix)
    if (!isOwnForm(fields, headers)) return goTo(loginPath(settings.static_prefix, 'stale', next))
    const [name, password] = [fields.get('username') ?? '', fields.get('password') ?? '']
    if (name.includes('\0') || name.length > 256 || password.length > PASSWORD_LENGTH_MAX) {
      return goTo(loginPath(settings.static_prefix, 'wrong', next))
    }
    try {
      const address = caller.address
      const account = await door.byPassword(name, password, address, now_ms)
      const before = cookieOf('session', headers)
      if (before !== undefined) await door.signOut(before, now_ms)
      const agent = String(headers['user-agent'] ?? '')
      const secret = await door.signIn(account, { method: 'password', address, agent }, now_ms)
      return goTo(next, setCookie('session', secret, headers, COOKIE_LASTS_S))
    } catch (error) {
      if (!(error instanceof LoginRefused)) throw error
      const problem: Problem = error.code === 'REQUEST_LIMIT_EXCEEDED' ? 'locked' : 'wrong'
      const location = loginPath(settings.static_prefix, problem, next)
      throw new SignInFailed(new ApiError(error.code, error.message, { headers: { location } }), error.tried)
    }
  },
})
