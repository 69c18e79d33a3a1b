import { stream } from '../../http/endpoint.ts'
import { ApiError, invalid } from '../../http/errors.ts'
import { object } from '../../http/schema.ts'
import { addAccount } from '../account-store.ts'
import { escaped, fieldsOf, formPage, isOwnForm } from '../login/index.ts'
import { hashPassword, requireGoodPassword } from '../password.ts'
import { requireUsername } from '../username.ts'
import { ADMINS_ONLY } from './user.ts'

/** What the form of `GET /signup` is sent to, as in MLflow. Programs have `users/create`. */
export const createUserByForm = stream({
  route: 'POST /api/2.0/mlflow/users/create-ui',
  summary: 'Make an account by the form of /signup',
  access: ADMINS_ONLY,
  input: object({}),
  answers: 'A page that says what was made',
  takes_body: true,
  async handler(_input, { now_ms, settings }, exchange) {
    const fields = await fieldsOf(exchange)
    if (!isOwnForm(fields, exchange.headers)) {
      const what = fields.has('csrf_token') ? 'is not that of this browser' : 'is missing'
      throw new ApiError('PERMISSION_DENIED', `The CSRF token ${what}: send the form of /signup, with its cookie.`)
    }
    const [username, password] = [fields.get('username') ?? '', fields.get('password') ?? '']
    if (username.includes('\0')) throw invalid('A user name has no NUL in it.')
    requireUsername(username)
    requireGoodPassword(password, username)
    const hash = await hashPassword(password)
    await exchange.write((tx) => addAccount(tx, username, hash, now_ms))
    const done = `<p class="done" role="status">Successfully signed up user: ${escaped(username)}</p>
      <p><a href="${settings.static_prefix}/signup">Make another one</a></p>`
    return formPage('New account', done, settings, exchange.headers)
  },
})
