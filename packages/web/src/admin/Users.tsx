import type { Output } from '@millrace/client'
import { useState } from 'react'
import { api } from '../api.ts'
import { count } from '../format.ts'
import { Choice } from '../parts/Choice.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Search } from '../parts/Search.tsx'
import { Select } from '../parts/Select.tsx'
import { ACTIONS, Table } from '../parts/Table.tsx'
import { usePages } from '../parts/use-pages.ts'
import { useSession } from '../session.ts'
import { act, emptied } from '../shell/act.ts'

const LIST = 'GET /api/2.0/mlflow/users/list'
const PAGE_MAX = 100
const KINDS = { all: 'everybody', people: 'people', programs: 'programs' } as const

type User = Output<typeof LIST>['users'][number]

const kindOf = ({ is_service, is_admin }: User): string => (is_service ? 'program' : is_admin ? 'admin' : 'person')

/** The accounts: make one, make it an admin, shut it out. */
export function Users() {
  const [typed, setTyped] = useState('')
  const [kind, setKind] = useState<keyof typeof KINDS>('all')
  const search = typed.trim()
  const asked = { max_results: PAGE_MAX, ...(search && { search }), ...(kind !== 'all' && { is_service: kind === 'programs' }) }
  const pages = usePages(LIST, asked, ({ users }) => users)
  if (pages.error) return <Problem error={pages.error} retry={pages.retry} />
  if (pages.isPending) return <Loading />
  return (
    <>
      <NewAccount />
      <div className="bar">
        <Search label="Search accounts by name" placeholder="Search by name" value={typed} onChange={setTyped} />
        <Choice legend="Whose accounts" options={KINDS} value={kind} onChange={setKind} />
        <span className="faint" aria-live="polite">
          {count(pages.first?.total ?? pages.items.length, 'account')}
        </span>
      </div>
      {pages.items.length === 0 && <p className="faint">No account is like that.</p>}
      {pages.items.length > 0 && (
        <Table label="Users" columns={['Name', 'Kind', 'Groups', 'Roles', ACTIONS]}>
          {pages.items.map((user) => (
            <UserRow key={user.username} user={user} />
          ))}
        </Table>
      )}
      <More pages={pages} noun="account" total={pages.first?.total} />
    </>
  )
}

function UserRow({ user }: { user: User }) {
  const session = useSession()
  const { username, is_admin, disabled = false, groups = [] } = user
  const roles = user.roles.map(({ name }) => name)
  const setAdmin = (to: boolean): Promise<unknown> => api.call('PATCH /api/2.0/mlflow/users/update-admin', { username, is_admin: to })
  const setDisabled = (to: boolean): Promise<unknown> =>
    api.call('PATCH /api/2.0/millrace/users/update-disabled', { username, disabled: to })
  const toggleAdmin = (): Promise<boolean> =>
    act(() => setAdmin(!is_admin), {
      done: is_admin ? `${username} is no admin any more.` : `${username} is an admin.`,
      undo: () => setAdmin(is_admin),
      changes: [LIST],
    })
  const toggleDisabled = (): Promise<boolean> =>
    act(() => setDisabled(!disabled), {
      done: disabled ? `${username} may sign in again.` : `${username} is shut out, with every token and browser.`,
      undo: () => setDisabled(disabled),
      changes: [LIST],
    })
  return (
    <tr>
      <td className="wide" title={username}>
        {username}
      </td>
      <td>
        {kindOf(user)} {disabled && <span className="chip bad">shut out</span>}
      </td>
      <td className="wide" title={groups.join(', ')}>
        {groups.join(', ')}
      </td>
      <td className="wide" title={roles.join(', ')}>
        {roles.join(', ')}
      </td>
      <td>
        {username === session?.username ? (
          <span className="faint">you</span>
        ) : (
          <>
            {!user.is_service && (
              <button
                type="button"
                className="quiet"
                onClick={() => void toggleAdmin()}
                aria-label={`${adminWords(is_admin)}: ${username}`}
              >
                {adminWords(is_admin)}
              </button>
            )}
            <button
              type="button"
              className={disabled ? 'quiet' : 'quiet danger'}
              onClick={() => void toggleDisabled()}
              aria-label={`${disabled ? 'Let in' : 'Shut out'}: ${username}`}
            >
              {disabled ? 'Let in' : 'Shut out'}
            </button>
          </>
        )}
      </td>
    </tr>
  )
}

const adminWords = (is_admin: boolean): string => (is_admin ? 'Make a user' : 'Make an admin')

const PASSWORD_LENGTH_MIN = 12
const NEW_KINDS = { person: 'person', program: 'program' } as const

function NewAccount() {
  const [kind, setKind] = useState<keyof typeof NEW_KINDS>('person')
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const create = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username, password }) }
    const isMade = await act(
      () =>
        kind === 'person'
          ? api.request('/api/2.0/mlflow/users/create', init)
          : api.call('POST /api/2.0/millrace/users/create-service', { username }),
      { done: kind === 'person' ? `${username} has an account.` : `${username} has an account: make a token for it.`, changes: [LIST] },
    )
    setPassword(emptied(password))
    if (isMade) setUsername(emptied(username))
  }
  return (
    <form className="bar" onSubmit={create}>
      <label>
        For a <Select options={NEW_KINDS} value={kind} onChange={setKind} />
      </label>
      <input
        aria-label="User name"
        placeholder="User name"
        autoComplete="off"
        value={username}
        onChange={(event) => setUsername(event.target.value)}
      />
      {kind === 'person' && (
        <input
          type="password"
          aria-label="Password"
          placeholder={`Password, ${PASSWORD_LENGTH_MIN} characters or more`}
          autoComplete="new-password"
          className="grow"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      )}
      <button type="submit" className="main" disabled={username === '' || (kind === 'person' && password.length < PASSWORD_LENGTH_MIN)}>
        Make an account
      </button>
    </form>
  )
}
