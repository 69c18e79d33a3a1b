import { useState } from 'react'
import { useApi } from '../api.ts'
import { moment } from '../format.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { Users } from './Users.tsx'
import { Webhooks } from './Webhooks.tsx'

const TABS = ['Users', 'Audit log', 'Webhooks'] as const

/** What an administrator looks after. */
export function AdminPage() {
  const [tab, setTab] = useState<(typeof TABS)[number]>('Users')
  return (
    <>
      <title>Administration · Millrace</title>
      <div className="heading">
        <h1>Administration</h1>
      </div>
      <div className="tabs" role="tablist" aria-label="Parts of the administration">
        {TABS.map((one) => (
          <button key={one} type="button" role="tab" aria-selected={one === tab} onClick={() => setTab(one)}>
            {one}
          </button>
        ))}
      </div>
      {tab === 'Users' && <Users />}
      {tab === 'Audit log' && <AuditLog />}
      {tab === 'Webhooks' && <Webhooks />}
    </>
  )
}

const PAGE_MAX = 200

function AuditLog() {
  const [user, setUser] = useState('')
  const [outcome, setOutcome] = useState<'' | 'done' | 'denied' | 'failed'>('')
  const found = useApi(
    'GET /api/2.0/millrace/audit-log',
    { max_results: PAGE_MAX, ...(user !== '' && { user }), ...(outcome !== '' && { outcome }) },
    { keep: true },
  )
  const whole = useApi('GET /api/2.0/millrace/audit-log/verification', {})
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading />
  return (
    <>
      {whole.data && (
        <p className={whole.data.whole ? 'status good' : 'status bad'}>
          {whole.data.whole
            ? `✓ The chain of ${whole.data.entries.toLocaleString('en-GB')} entries is whole.`
            : `✕ ${whole.data.problems.join(' ')}`}
        </p>
      )}
      <div className="bar">
        <input
          type="search"
          aria-label="Entries of a user"
          placeholder="User"
          value={user}
          onChange={(event) => setUser(event.target.value)}
        />
        <select aria-label="Outcome" value={outcome} onChange={(event) => setOutcome(event.target.value as typeof outcome)}>
          <option value="">every outcome</option>
          <option value="done">done</option>
          <option value="denied">denied</option>
          <option value="failed">failed</option>
        </select>
      </div>
      {found.data.entries.length === 0 && <p className="faint">There are no entries.</p>}
      {found.data.entries.length > 0 && (
        <Scroll label="Audit log" look="tall">
          <table>
            <thead>
              <tr>
                <th>When</th>
                <th>Who</th>
                <th>From</th>
                <th>What</th>
                <th>On</th>
                <th>Outcome</th>
              </tr>
            </thead>
            <tbody>
              {found.data.entries.map((entry) => (
                <tr key={entry.seq}>
                  <td>{moment(entry.timestamp)}</td>
                  <td>{entry.user}</td>
                  <td>{entry.address}</td>
                  <td className="wide mono" title={entry.action}>
                    {entry.action}
                  </td>
                  <td className="wide">{[entry.kind, entry.resource].filter(Boolean).join(' ')}</td>
                  <td className={entry.outcome === 'done' ? '' : 'bad'}>{entry.outcome}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  )
}
