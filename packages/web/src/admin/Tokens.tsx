import { useState } from 'react'
import { api, useApi } from '../api.ts'
import { count, moment } from '../format.ts'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Search } from '../parts/Search.tsx'
import { ACTIONS, Table } from '../parts/Table.tsx'
import { Time } from '../parts/Time.tsx'
import { Twice } from '../parts/Twice.tsx'
import { usePages } from '../parts/use-pages.ts'
import { NewToken } from './NewToken.tsx'
import { revoke, TOKENS, type Token } from './token.ts'

const SOON_MS = 7 * 86_400_000
const PAGE_MAX = 100
const OFFERED_MAX = 20

/** The API tokens of all accounts: what each may, when it was used last, when it ends. */
export function Tokens() {
  const [typed, setTyped] = useState('')
  const search = typed.trim()
  const pages = usePages(TOKENS, { all: true, max_results: PAGE_MAX, ...(search && { search }) }, ({ tokens }) => tokens)
  if (pages.error) return <Problem error={pages.error} retry={pages.retry} />
  if (pages.isPending) return <Loading />
  const isEmpty = pages.items.length === 0
  return (
    <>
      <ForProgram />
      {isEmpty && search === '' && (
        <Empty title="There is no token yet">
          <p>
            Programs sign in with tokens instead of passwords. Everybody makes their own on their account’s page; for programs you make them
            here.
          </p>
        </Empty>
      )}
      {(!isEmpty || search !== '') && (
        <div className="bar">
          <Search label="Search tokens" placeholder="Search by account or purpose" value={typed} onChange={setTyped} />
          <span className="faint" aria-live="polite">
            {count(pages.first?.total ?? pages.items.length, 'token')}
          </span>
        </div>
      )}
      {!isEmpty && (
        <Table label="Tokens" columns={['Account', 'For', 'May', 'Made', 'Last used', 'Ends', ACTIONS]}>
          {pages.items.map((token) => (
            <TokenRow key={token.token_id} token={token} />
          ))}
        </Table>
      )}
      {isEmpty && search !== '' && <p className="faint">No token has that account or purpose.</p>}
      <More pages={pages} noun="token" total={pages.first?.total} />
    </>
  )
}

function TokenRow({ token }: { token: Token }) {
  const { username, name, scope, experiment_ids, registered_models, created_ms, expires_ms, last_used_ms } = token
  const narrowed = [...(experiment_ids ?? []).map((id) => `experiment ${id}`), ...(registered_models ?? [])].join(', ')
  const isOver = expires_ms !== undefined && expires_ms < Date.now()
  const isSoon = expires_ms !== undefined && expires_ms - Date.now() < SOON_MS
  return (
    <tr>
      <td className="wide" title={username}>
        {username}
      </td>
      <td className="wide" title={name}>
        {name}
      </td>
      <td className="wide" title={narrowed}>
        {scope}
        {narrowed && <span className="faint"> in {narrowed}</span>}
      </td>
      <td>
        <Time at={created_ms} />
      </td>
      <td>
        <Time at={last_used_ms} />
      </td>
      <td>
        {expires_ms === undefined ? (
          <span className="status busy">never</span>
        ) : (
          <span className={isOver ? 'faint' : isSoon ? 'status busy' : ''} title={moment(expires_ms)}>
            {isOver ? 'over' : new Date(expires_ms).toLocaleDateString('en-GB')}
          </span>
        )}
      </td>
      <td>
        <Twice label="End" about={`the token ${name} of ${username}`} onSure={() => void revoke(token)} />
      </td>
    </tr>
  )
}

const DAY_S = 86_400

function ForProgram() {
  const [typed, setTyped] = useState<string>()
  // Of many programs some are offered, and the others by a part of their name.
  const asked = { is_service: true, max_results: OFFERED_MAX, ...(typed && { search: typed }) }
  const programs = useApi('GET /api/2.0/mlflow/users/list', asked, { keep: true }).data?.users ?? []
  if (programs.length === 0 && typed === undefined) return null
  const of = typed ?? programs[0]?.username ?? ''
  const make = async (name: string): Promise<string> => {
    const terms = { name, username: of, scope: 'write', expires_in_s: 365 * DAY_S } as const
    return (await api.call('POST /api/2.0/millrace/tokens/create', terms)).secret
  }
  return (
    <NewToken make={make} done={`${of} has a token for a year.`}>
      <label>
        for the program <input list="programs" value={of} onChange={(event) => setTyped(event.target.value)} />
      </label>
      <datalist id="programs">
        {programs.map((one) => (
          <option key={one.username} value={one.username} />
        ))}
      </datalist>
    </NewToken>
  )
}
