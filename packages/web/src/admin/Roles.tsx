import type { Input, Output } from '@millrace/client'
import { useState } from 'react'
import { api, useApi } from '../api.ts'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { ACTIONS, Table } from '../parts/Table.tsx'
import { act, emptied } from '../shell/act.ts'
import { AccountChips } from './AccountChips.tsx'
import { Few } from './Few.tsx'

const ROLES = 'GET /api/3.0/mlflow/roles/list'
const USERS = 'GET /api/2.0/mlflow/users/list'
const GROUPS = 'GET /api/2.0/millrace/groups'
const ADD = 'POST /api/3.0/mlflow/roles/permissions/add'
const CHANGES = [ROLES, USERS, GROUPS] as const

type Role = Output<typeof ROLES>['roles'][number]
type Grant = Role['permissions'][number]
type Kind = Input<typeof ADD>['resource_type']
type Level = Input<typeof ADD>['permission']

const KINDS: readonly (readonly [Kind, string])[] = [
  ['experiment', 'experiment'],
  ['registered_model', 'model'],
  ['prompt', 'prompt'],
  ['scorer', 'scorer'],
  ['workspace', 'workspace'],
]
const LEVELS: readonly (readonly [Level, string])[] = [
  ['READ', 'may see it'],
  ['USE', 'may see and use it: load a model, call a prompt'],
  ['EDIT', 'may change it: log runs, register versions'],
  ['MANAGE', 'may do all, also delete it and grant it to others'],
  ['DENY', 'may not, whatever else is granted'],
]

const assign = (username: string, role_id: number): Promise<unknown> => api.call('POST /api/3.0/mlflow/roles/assign', { username, role_id })
const unassign = (username: string, role_id: number): Promise<unknown> =>
  api.call('DELETE /api/3.0/mlflow/roles/unassign', { username, role_id })
const grant = (role_id: number, { resource_type, resource_pattern, permission }: Omit<Grant, 'id' | 'role_id'>): Promise<unknown> =>
  api.call(ADD, { role_id, resource_type, resource_pattern, permission })

/** Roles: rights that have a name, and who has them. */
export function Roles() {
  const found = useApi(ROLES, {})
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading />
  return (
    <>
      <NewRole />
      {found.data.roles.length === 0 && (
        <Empty title="There is no role yet">
          <p>A role gathers rights under a name, such as “reviewer”. Give it to users or to groups; what it grants, they have.</p>
        </Empty>
      )}
      <Few all={found.data.roles} noun="role">
        {(role) => <RoleCard key={role.id} role={role} />}
      </Few>
      <details className="spaced">
        <summary>What the rights mean</summary>
        <dl className="facts">
          {LEVELS.map(([level, meaning]) => (
            <div key={level} className="pair">
              <dt>{level}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  )
}

function NewRole() {
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [workspace, setWorkspace] = useState('default')
  const create = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    const isMade = await act(() => api.call('POST /api/3.0/mlflow/roles/create', { name, workspace, description }), {
      done: `There is a role ${name}: say what it grants.`,
      changes: CHANGES,
    })
    if (isMade) setName(emptied(name))
    if (isMade) setDescription(emptied(description))
  }
  return (
    <form className="bar" onSubmit={create}>
      <input aria-label="Name of the new role" placeholder="Name" value={name} onChange={(event) => setName(event.target.value)} />
      <input
        className="grow"
        aria-label="What the role is for"
        placeholder="What is it for?"
        value={description}
        onChange={(event) => setDescription(event.target.value)}
      />
      <label>
        in workspace <input className="short" value={workspace} onChange={(event) => setWorkspace(event.target.value)} />
      </label>
      <button type="submit" className="main" disabled={name.trim() === '' || workspace.trim() === ''}>
        Make a role
      </button>
    </form>
  )
}

function RoleCard({ role }: { role: Role }) {
  const { id, name, workspace, description = '', permissions } = role
  const groups = useApi(GROUPS, { with_members: false })
  const inGroups = (groups.data?.groups ?? []).filter(({ role_ids }) => role_ids.includes(id)).map((group) => group.name)
  let holders: readonly string[] = []
  const removeIt = async (): Promise<void> => {
    // Who has it is told for the way back.
    holders = (await api.call(USERS, { role_id: id })).users.map(({ username }) => username)
    await api.call('DELETE /api/3.0/mlflow/roles/delete', { role_id: id })
  }
  const remake = async (): Promise<void> => {
    const made = await api.call('POST /api/3.0/mlflow/roles/create', { name, workspace, description })
    for (const one of permissions) await grant(made.role.id, one)
    for (const holder of holders) await assign(holder, made.role.id)
    for (const group of inGroups) await api.call('POST /api/2.0/millrace/groups/{name}/roles', { name: group, role_id: made.role.id })
  }
  const remove = (): Promise<boolean> =>
    act(removeIt, {
      done: `The role ${name} is gone, and with it what it granted.`,
      undo: remake,
      changes: CHANGES,
    })
  return (
    <article className="card">
      <header className="bar">
        <h2 className="grow name">
          {name} {workspace !== 'default' && <span className="chip">{workspace}</span>}
        </h2>
        <button type="button" className="quiet danger" onClick={() => void remove()} aria-label={`Delete the role ${name}`}>
          Delete
        </button>
      </header>
      {description && <p className="faint">{description}</p>}
      <Grants role={role} />
      <dl className="facts">
        <dt>Given to users</dt>
        <dd>
          <AccountChips
            within={{ role_id: id }}
            none="nobody by name"
            remove={(one) => act(() => unassign(one, id), { done: `${one} lost ${name}.`, undo: () => assign(one, id), changes: CHANGES })}
            add={(one) => act(() => assign(one, id), { done: `${one} has ${name}.`, undo: () => unassign(one, id), changes: CHANGES })}
            what={`a holder of ${name}`}
          />
        </dd>
        {inGroups.length > 0 && (
          <>
            <dt>To groups</dt>
            <dd>{inGroups.join(', ')}</dd>
          </>
        )}
      </dl>
    </article>
  )
}

function Grants({ role: { id, name, permissions } }: { role: Role }) {
  const [kind, setKind] = useState<Kind>('experiment')
  const [pattern, setPattern] = useState('*')
  const [level, setLevel] = useState<Level>('READ')
  const add = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    await act(() => grant(id, { resource_type: kind, resource_pattern: pattern, permission: level }), {
      done: `${name} grants ${level} now.`,
      changes: CHANGES,
    })
  }
  const remove = (one: Grant): Promise<boolean> =>
    act(() => api.call('DELETE /api/3.0/mlflow/roles/permissions/remove', { role_permission_id: one.id }), {
      done: `${name} grants ${one.permission} no more.`,
      undo: () => grant(id, one),
      changes: CHANGES,
    })
  const change = (one: Grant, permission: Level): Promise<boolean> => {
    const set = (to: Level): Promise<unknown> =>
      api.call('PATCH /api/3.0/mlflow/roles/permissions/update', { role_permission_id: one.id, permission: to })
    return act(() => set(permission), { done: `${name} grants ${permission} now.`, undo: () => set(one.permission), changes: CHANGES })
  }
  return (
    <>
      {permissions.length === 0 && <p className="faint">It grants nothing yet.</p>}
      {permissions.length > 0 && (
        <Table label={`Rights of ${name}`} columns={['Right', 'On', 'Which', ACTIONS]}>
          {permissions.map((one) => (
            <tr key={one.id}>
              <td>
                <select
                  aria-label={`Right on ${one.resource_type} ${one.resource_pattern}`}
                  value={one.permission}
                  onChange={(event) => void change(one, event.target.value as Level)}
                >
                  {LEVELS.map(([value]) => (
                    <option key={value}>{value}</option>
                  ))}
                </select>
              </td>
              <td>{KINDS.find(([value]) => value === one.resource_type)?.[1] ?? one.resource_type}</td>
              <td className="wide mono">{one.resource_pattern === '*' ? <span className="faint">all</span> : one.resource_pattern}</td>
              <td>
                <button
                  type="button"
                  className="quiet danger"
                  onClick={() => void remove(one)}
                  aria-label={`Remove ${one.permission} on ${one.resource_type} ${one.resource_pattern}`}
                >
                  Remove
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
      <form className="bar spaced" onSubmit={add}>
        <select aria-label={`Right that ${name} is to grant`} value={level} onChange={(event) => setLevel(event.target.value as Level)}>
          {LEVELS.map(([value]) => (
            <option key={value}>{value}</option>
          ))}
        </select>
        <span className="faint">on</span>
        <select aria-label="Kind of thing" value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
          {KINDS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <input
          className="mono"
          aria-label="Which: an id, a name, or * for all"
          value={pattern}
          onChange={(event) => setPattern(event.target.value)}
        />
        <button type="submit" disabled={pattern.trim() === ''}>
          Grant
        </button>
      </form>
    </>
  )
}
