import { stream } from '../../http/endpoint.ts'
import { missing } from '../../http/errors.ts'
import { object, optional, string } from '../../http/schema.ts'
import { doorOf } from '../door.ts'
import { ownPath } from '../own-path.ts'
import { escaped, formPage } from './page.ts'
import { PROBLEMS, type Problem } from './problem.ts'

export const loginForm = stream({
  route: 'GET /login',
  summary: 'The page where people sign in',
  access: { public: 'whoever is to sign in is not signed in' },
  input: object({ next: optional(string()), problem: optional(string()) }),
  answers: 'A page',
  async handler({ next, problem }, { settings }, { db, headers }) {
    const door = doorOf(db)
    if (!door) throw missing('Nobody signs in to this server: it was started without --auth.')
    const known = problem !== undefined && Object.hasOwn(PROBLEMS, problem) ? (problem as Problem) : undefined
    const said = known ? `<p class="${known === 'ended' ? 'done' : 'problem'}" role="alert">${PROBLEMS[known]}</p>` : ''
    const path = ownPath(next, settings.static_prefix)
    const { provider } = door
    const there = `${settings.static_prefix}/login/oidc?next=${encodeURIComponent(path)}`
    const other = provider
      ? `<a class="other" href="${there}">Sign in with ${escaped(provider.settings.name)}</a>
      <div class="or">or</div>`
      : ''
    // Without an action: the browser then keeps what stands behind the # of the address, which is where the web page has its view.
    const body = `${said}${other}
      <form method="post">
        {csrf}
        <input type="hidden" name="next" value="${escaped(path)}">
        <label>User name <input name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
        <button>Sign in</button>
      </form>`
    return formPage('Sign in', body, settings, headers)
  },
})
