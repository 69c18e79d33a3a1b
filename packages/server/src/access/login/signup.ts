import { stream } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { formPage } from './page.ts'

/** MLflow's own address for it; as there, it is the admins' page. */
export const signupForm = stream({
  route: 'GET /signup',
  summary: 'The page on which admins make accounts',
  access: { permission: 'manage', on: () => ({ server: 'settings' }) },
  input: object({}),
  answers: 'A page',
  async handler(_input, { settings }, { headers }) {
    const body = `<p>The new account's owner can change the password.</p>
      <form method="post" action="${settings.static_prefix}/api/2.0/mlflow/users/create-ui">
        {csrf}
        <label>User name <input name="username" autocomplete="off" autocapitalize="none" spellcheck="false" required autofocus></label>
        <label>Password <input name="password" type="password" autocomplete="new-password" minlength="12" required></label>
        <button>Make the account</button>
      </form>`
    return formPage('New account', body, settings, headers)
  },
})
