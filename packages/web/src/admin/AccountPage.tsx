import { useState } from 'react'
import { api, useApi } from '../api.ts'
import { Empty } from '../parts/Empty.tsx'
import { Problem } from '../parts/Loading.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { Select } from '../parts/Select.tsx'
import { Time } from '../parts/Time.tsx'
import { Twice } from '../parts/Twice.tsx'
import { signOut, useSession } from '../session.ts'
import { NewToken } from './NewToken.tsx'
import { revoke, TOKENS } from './token.ts'

const DAY_S = 86_400
const SCOPES = { read: 'read', write: 'read and write', manage: 'do all that I may' } as const

/** One's own account: tokens for programs, and the way out. */
export function AccountPage() {
  const session = useSession()
  const found = useApi(TOKENS, {}, { enabled: Boolean(session?.username) })
  const [scope, setScope] = useState<keyof typeof SCOPES>('write')
  const [days, setDays] = useState(90)
  const [experiments, setExperiments] = useState('')
  if (session && session.username === '') {
    return (
      <Empty page title="This server has no login">
        <p>Whoever reaches it is its owner. Start it with --auth to have accounts, tokens and permissions.</p>
      </Empty>
    )
  }
  const make = async (name: string): Promise<string> => {
    const experiment_ids = experiments.split(/[\s,]+/).filter((id) => id !== '')
    const terms = { name, scope, expires_in_s: days * DAY_S, ...(experiment_ids.length > 0 && { experiment_ids }) }
    return (await api.call('POST /api/2.0/millrace/tokens/create', terms)).secret
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
      <NewToken make={make} done="It is made.">
        <label>
          may <Select options={SCOPES} value={scope} onChange={setScope} />
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
      </NewToken>
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
                    <Twice label="End" about={`the token for ${token.name}`} onSure={() => revoke(token)} />
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
