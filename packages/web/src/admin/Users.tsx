import { useState } from 'react'
import { api, refresh, sentenceOf, useApi } from '../api.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { useSession } from '../session.ts'
import { say } from '../shell/Toasts.tsx'

const LIST = 'GET /api/2.0/mlflow/users/list'

/** The accounts: make one, make it an admin, shut it out. */
export function Users() {
  const session = useSession()
  const found = useApi(LIST, {}, { enabled: Boolean(session?.username) })
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  if (session?.username === '') return <p className="faint">This server has no login: start it with --auth to have accounts.</p>
  if (found.isError) return <Problem error={found.error} />
  if (!found.data) return <Loading />
  const act = async (work: () => Promise<unknown>, done: string): Promise<void> => {
    try {
      await work()
      say(done)
      await refresh(LIST)
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    }
  }
  const create = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username, password }) }
    await act(() => api.request('/api/2.0/mlflow/users/create', init), `${username} has an account.`)
    setPassword('')
  }
  return (
    <>
      <form className="bar" onSubmit={create}>
        <input
          aria-label="User name"
          placeholder="User name"
          autoComplete="off"
          value={username}
          onChange={(event) => setUsername(event.target.value)}
        />
        <input
          type="password"
          aria-label="Password"
          placeholder="Password, 12 characters or more"
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <button type="submit" className="main" disabled={username === '' || password.length < 12}>
          Make an account
        </button>
      </form>
      <Scroll label="Users">
        <table>
          <thead>
            <tr>
              <th>Name</th>
              <th>Kind</th>
              <th>
                <span className="hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {found.data.users.map((user) => (
              <tr key={user.username}>
                <td className="wide">{user.username}</td>
                <td>{user.is_admin ? 'admin' : 'user'}</td>
                <td>
                  {user.username !== session?.username && (
                    <>
                      <button
                        type="button"
                        className="quiet"
                        onClick={() =>
                          void act(
                            () =>
                              api.call('PATCH /api/2.0/mlflow/users/update-admin', { username: user.username, is_admin: !user.is_admin }),
                            user.is_admin ? `${user.username} is no admin any more.` : `${user.username} is an admin.`,
                          )
                        }
                      >
                        {user.is_admin ? 'Make a user' : 'Make an admin'}
                      </button>
                      <button
                        type="button"
                        className="quiet danger"
                        onClick={() =>
                          void act(
                            () => api.call('PATCH /api/2.0/millrace/users/update-disabled', { username: user.username, disabled: true }),
                            `${user.username} is shut out.`,
                          )
                        }
                      >
                        Shut out
                      </button>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  )
}
