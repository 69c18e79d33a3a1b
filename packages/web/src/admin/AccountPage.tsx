import { useState } from 'react'
import { api, refresh, sentenceOf, useApi } from '../api.ts'
import { Code } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { Problem } from '../parts/Loading.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { Time } from '../parts/Time.tsx'
import { signOut, useSession } from '../session.ts'
import { say } from '../shell/Toasts.tsx'

const TOKENS = 'GET /api/2.0/millrace/tokens/list'
const DAY_S = 86_400

/** One's own account: tokens for programs, and the way out. */
export function AccountPage() {
  const session = useSession()
  const found = useApi(TOKENS, {}, { enabled: Boolean(session?.username) })
  const [name, setName] = useState('')
  const [scope, setScope] = useState<'read' | 'write' | 'manage'>('write')
  const [days, setDays] = useState(90)
  const [experiments, setExperiments] = useState('')
  const [secret, setSecret] = useState<string>()
  if (session && session.username === '') {
    return (
      <Empty page title="This server has no login">
        <p>Whoever reaches it is its owner. Start it with --auth to have accounts, tokens and permissions.</p>
      </Empty>
    )
  }
  const create = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    try {
      const experiment_ids = experiments.split(/[\s,]+/).filter((id) => id !== '')
      const terms = { name, scope, expires_in_s: days * DAY_S, ...(experiment_ids.length > 0 && { experiment_ids }) }
      setSecret((await api.call('POST /api/2.0/millrace/tokens/create', terms)).secret)
      setName('')
      await refresh(TOKENS)
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    }
  }
  const revoke = async (token_id: string): Promise<void> => {
    await api.call('POST /api/2.0/millrace/tokens/revoke', { token_id })
    await refresh(TOKENS)
  }
  return (
    <>
      <title>Account · Millrace</title>
      <div className="heading">
        <h1>{session?.username}</h1>
        <button type="button" onClick={() => void signOut()}>
          Sign out
        </button>
      </div>
      <h2>API tokens</h2>
      <p className="faint">A program signs in with a token: export MLFLOW_TRACKING_TOKEN=…, or use it as a password.</p>
      <form className="bar" onSubmit={create}>
        <input
          aria-label="What the token is for"
          placeholder="What is it for?"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <label>
          may{' '}
          <select value={scope} onChange={(event) => setScope(event.target.value as typeof scope)}>
            <option value="read">read</option>
            <option value="write">read and write</option>
            <option value="manage">do all that I may</option>
          </select>
        </label>
        <label>
          for{' '}
          <select value={days} onChange={(event) => setDays(Number(event.target.value))}>
            <option value={7}>7 days</option>
            <option value={90}>90 days</option>
            <option value={365}>a year</option>
          </select>
        </label>
        <input
          aria-label="Only in these experiments, by id"
          placeholder="in all experiments"
          value={experiments}
          onChange={(event) => setExperiments(event.target.value)}
        />
        <button type="submit" className="main" disabled={name.trim() === ''}>
          Make a token
        </button>
      </form>
      {secret && (
        <section className="card">
          <p>Copy it now: it is shown this once, and stored nowhere.</p>
          <Code text={secret} />
        </section>
      )}
      {found.isError && <Problem error={found.error} />}
      {(found.data?.tokens ?? []).length > 0 && (
        <Scroll label="Tokens">
          <table>
            <thead>
              <tr>
                <th>For</th>
                <th>May</th>
                <th>Made</th>
                <th>Ends</th>
                <th>
                  <span className="hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {found.data?.tokens.map((token) => (
                <tr key={token.token_id}>
                  <td className="wide">{token.name}</td>
                  <td>{token.experiment_ids ? `${token.scope} in ${token.experiment_ids.join(', ')}` : token.scope}</td>
                  <td>
                    <Time at={token.created_ms} />
                  </td>
                  <td>{token.expires_ms ? new Date(token.expires_ms).toLocaleDateString('en-GB') : 'never'}</td>
                  <td>
                    <button
                      type="button"
                      className="quiet danger"
                      onClick={() => void revoke(token.token_id)}
                      aria-label={`End the token for ${token.name}`}
                    >
                      End
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  )
}
