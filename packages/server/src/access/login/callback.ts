import { stream } from '../../http/endpoint.ts'
import { ApiError, missing } from '../../http/errors.ts'
import { object } from '../../http/schema.ts'
import { cookieOf, setCookie } from '../cookies.ts'
import { doorOf } from '../door.ts'
import { nextOf } from '../oidc/index.ts'
import { ownPath } from '../own-path.ts'
import { callbackUrl } from './callback-url.ts'
import { goTo } from './page.ts'
import { loginPath, type Problem, SignInFailed } from './problem.ts'

const COOKIE_LASTS_S = 12 * 60 * 60
const FIELDS_MAX = 8_192

export const oidcCallback = stream({
  route: 'GET /login/oidc/callback',
  summary: 'Where the identity provider sends the browser back to',
  access: { public: 'whoever signs in is not signed in' },
  input: object({}),
  answers: 'Leads on to the page that was asked for, with the cookie of the session, or back to the login page',
  async handler(_input, { now_ms, caller: { address }, settings }, { db, headers, query = '' }) {
    const door = doorOf(db)
    const provider = door?.provider
    if (!door || !provider) throw missing('This server has no identity provider: see --oidc-issuer.')
    const failed = (problem: Problem, tried = ''): SignInFailed => {
      const options = { headers: { location: loginPath(settings.static_prefix, problem) } }
      return new SignInFailed(new ApiError('UNAUTHENTICATED', 'The identity provider did not lead to an account.', options), tried)
    }
    const flow = cookieOf('flow', headers)
    if (flow === undefined || query.length > FIELDS_MAX) throw failed('stale')
    const called = callbackUrl(provider, headers, settings)
    const secure = called.protocol === 'https:'
    called.search = query
    const person = await provider.finish(flow, called).catch((error: unknown) => {
      door.log.warn({ err: error }, 'a login by the identity provider failed')
      throw failed('provider')
    })
    const account = await door.accountOf(person, now_ms)
    if (!account) throw failed('unknown', person.name)
    const agent = String(headers['user-agent'] ?? '')
    const secret = await door.signIn(account, { method: person.issuer, address, agent }, now_ms, COOKIE_LASTS_S * 1000)
    const answer = goTo(ownPath(nextOf(flow), settings.static_prefix))
    const cookies = [setCookie('session', secret, headers, COOKIE_LASTS_S, secure), setCookie('flow', '', headers, 0, secure)]
    return { ...answer, headers: { ...answer.headers, 'set-cookie': cookies } }
  },
})
