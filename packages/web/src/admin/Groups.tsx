import type { Output } from '@millrace/client'
import { useState } from 'react'
import { api, useApi } from '../api.ts'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { act, emptied } from '../shell/act.ts'
import { AccountChips } from './AccountChips.tsx'
import { Chips } from './Chips.tsx'
import { Few } from './Few.tsx'

const GROUPS = 'GET /api/2.0/millrace/groups'
const ROLES = 'GET /api/3.0/mlflow/roles/list'
const CHANGES = [GROUPS, 'GET /api/2.0/mlflow/users/list'] as const

type Group = Output<typeof GROUPS>['groups'][number]
type Role = Output<typeof ROLES>['roles'][number]

const join = (name: string, username: string): Promise<unknown> =>
  api.call('POST /api/2.0/millrace/groups/{name}/members', { name, username })
const leave = (name: string, username: string): Promise<unknown> =>
  api.call('DELETE /api/2.0/millrace/groups/{name}/members/{username}', { name, username })
const give = (name: string, role_id: number): Promise<unknown> => api.call('POST /api/2.0/millrace/groups/{name}/roles', { name, role_id })
const take = (name: string, role_id: number): Promise<unknown> =>
  api.call('DELETE /api/2.0/millrace/groups/{name}/roles/{role_id}', { name, role_id })

/** Groups of accounts: what a group's roles grant, all of its members have. */
export function Groups() {
  const found = useApi(GROUPS, { with_members: false })
  const roles = useApi(ROLES, {})
  const [name, setName] = useState('')
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading />
  const create = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    const isMade = await act(() => api.call('POST /api/2.0/millrace/groups', { name }), {
      done: `There is a group ${name}.`,
      undo: () => api.call('DELETE /api/2.0/millrace/groups/{name}', { name }),
      changes: CHANGES,
    })
    if (isMade) setName(emptied(name))
  }
  return (
    <>
      <form className="bar" onSubmit={create}>
        <input aria-label="Name of the new group" placeholder="Name" value={name} onChange={(event) => setName(event.target.value)} />
        <button type="submit" className="main" disabled={name.trim() === ''}>
          Make a group
        </button>
      </form>
      {found.data.groups.length === 0 && (
        <Empty title="There is no group yet">
          <p>Give a role to a group once instead of to each of its members: who joins has what the role grants, who leaves loses it.</p>
          <p className="faint">Where an identity provider signs people in, its groups become groups here.</p>
        </Empty>
      )}
      <Few all={found.data.groups} noun="group">
        {(group) => <GroupCard key={group.id} group={group} roles={roles.data?.roles ?? []} />}
      </Few>
    </>
  )
}

function GroupCard({ group, roles }: { group: Group; roles: readonly Role[] }) {
  const { name, role_ids } = group
  const given = roles.filter(({ id }) => role_ids.includes(id))
  const others = roles.filter(({ id }) => !role_ids.includes(id))
  const roleName = (role: Role): string => `${role.name}${role.workspace === 'default' ? '' : ` (${role.workspace})`}`
  let members: readonly string[] = []
  const removeIt = async (): Promise<void> => {
    // Who is in it is told for the way back.
    members = (await api.groups.get({ name })).group.members
    await api.call('DELETE /api/2.0/millrace/groups/{name}', { name })
  }
  const remake = async (): Promise<void> => {
    await api.call('POST /api/2.0/millrace/groups', { name })
    for (const member of members) await join(name, member)
    for (const role of role_ids) await give(name, role)
  }
  const remove = (): Promise<boolean> =>
    act(removeIt, {
      done: `The group ${name} is gone, and with it what its roles granted.`,
      undo: remake,
      changes: CHANGES,
    })
  return (
    <article className="card">
      <header className="bar">
        <h2 className="grow name">{name}</h2>
        <button type="button" className="quiet danger" onClick={() => void remove()} aria-label={`Delete the group ${name}`}>
          Delete
        </button>
      </header>
      <dl className="facts">
        <dt>Members</dt>
        <dd>
          <AccountChips
            within={{ group: name }}
            none="nobody yet"
            remove={(one) => act(() => leave(name, one), { done: `${one} left ${name}.`, undo: () => join(name, one), changes: CHANGES })}
            add={(one) => act(() => join(name, one), { done: `${one} joined ${name}.`, undo: () => leave(name, one), changes: CHANGES })}
            what={`a member of ${name}`}
          />
        </dd>
        <dt>Roles</dt>
        <dd>
          <Chips
            items={given.map((role) => ({ key: String(role.id), label: roleName(role) }))}
            none="none: its members have nothing by it"
            remove={(id) =>
              act(() => take(name, Number(id)), { done: 'The role is taken back.', undo: () => give(name, Number(id)), changes: CHANGES })
            }
            choices={others.map((role) => ({ key: String(role.id), label: roleName(role) }))}
            add={(id) =>
              act(() => give(name, Number(id)), { done: 'The role is given.', undo: () => take(name, Number(id)), changes: CHANGES })
            }
            what={`a role of ${name}`}
          />
        </dd>
      </dl>
    </article>
  )
}
