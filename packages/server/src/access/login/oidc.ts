import { stream } from '../../http/endpoint.ts'
import { missing } from '../../http/errors.ts'
import { object, optional, string } from '../../http/schema.ts'
import { setCookie } from '../cookies.ts'
import { doorOf } from '../door.ts'
import { newFlow } from '../oidc/index.ts'
import { ownPath } from '../own-path.ts'
import { callbackUrl } from './callback-url.ts'
import { goTo } from './page.ts'
import { loginPath } from './problem.ts'

const FLOW_LASTS_S = 600

export const loginWithOidc = stream({
  route: 'GET /login/oidc',
  summary: 'Sign in with the identity provider: leads the browser there',
  access: { public: 'whoever signs in is not signed in' },
  input: object({ next: optional(string()) }),
  answers: 'Leads to the provider',
  async handler({ next }, { settings }, { db, headers }) {
    const door = doorOf(db)
    const provider = door?.provider
    if (!door || !provider) throw missing('This server has no identity provider: see --oidc-issuer.')
    const flow = newFlow(ownPath(next, settings.static_prefix))
    const redirect_uri = callbackUrl(provider, headers, settings)
    try {
      const { href } = await provider.start(flow, redirect_uri.href)
      return goTo(href, setCookie('flow', flow, headers, FLOW_LASTS_S, redirect_uri.protocol === 'https:'))
    } catch (error) {
      door.log.error({ err: error }, 'the identity provider could not be asked')
      return goTo(loginPath(settings.static_prefix, 'provider', next))
    }
  },
})
