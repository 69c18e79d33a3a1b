import type { Output } from '@millrace/client'
import { useState } from 'react'
import { api, useApi } from '../api.ts'
import { Code } from '../parts/Copy.tsx'
import { DraftForm, useDraft } from '../parts/Draft.tsx'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { useServerInfo } from '../server-info.ts'
import { act, emptied } from '../shell/act.ts'
import { Few } from './Few.tsx'

const LIST = 'GET /api/3.0/mlflow/workspaces'
const CHANGES = [LIST] as const

type Workspace = Output<typeof LIST>['workspaces'][number]

/** Workspaces: walls between teams on one server. */
export function Workspaces() {
  const able = useServerInfo()
  if (able.isError) return <Problem error={able.error} retry={() => able.refetch()} />
  if (!able.data) return <Loading />
  if (able.data.workspaces_enabled) return <Listed />
  return (
    <Empty title="This server has one workspace">
      <p>Workspaces keep teams apart on one server: each has its own experiments, models and prompts, and its own place for artifacts.</p>
      <Code text="millrace server --auth --enable-workspaces" />
      <p className="faint">What is there already is then in the workspace “default”.</p>
    </Empty>
  )
}

function Listed() {
  const found = useApi(LIST, {})
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading />
  const create = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    const isMade = await act(() => api.call('POST /api/3.0/mlflow/workspaces', { name, description }), {
      done: `There is a workspace ${name}.`,
      undo: () => api.call('DELETE /api/3.0/mlflow/workspaces/{workspace_name}', { workspace_name: name }),
      changes: CHANGES,
    })
    if (isMade) setName(emptied(name))
    if (isMade) setDescription(emptied(description))
  }
  return (
    <>
      <form className="bar" onSubmit={create}>
        <input aria-label="Name of the new workspace" placeholder="team-a" value={name} onChange={(event) => setName(event.target.value)} />
        <input
          className="grow"
          aria-label="What the workspace is for"
          placeholder="What is it for?"
          value={description}
          onChange={(event) => setDescription(event.target.value)}
        />
        <button type="submit" className="main" disabled={!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])$/.test(name)}>
          Make a workspace
        </button>
      </form>
      <p className="faint">
        Names have lowercase letters, digits and hyphens. Clients choose one by MLFLOW_WORKSPACE, or mlflow.set_workspace.
      </p>
      <Few all={found.data.workspaces} noun="workspace">
        {(one) => <WorkspaceCard key={one.name} workspace={one} />}
      </Few>
    </>
  )
}

function WorkspaceCard({ workspace }: { workspace: Workspace }) {
  const { name, description = '', default_artifact_root } = workspace
  const describe = (to: string): Promise<unknown> =>
    api.call('PATCH /api/3.0/mlflow/workspaces/{workspace_name}', { workspace_name: name, description: to })
  const draft = useDraft((to) =>
    act(() => describe(to), { done: `${name} is described.`, undo: () => describe(description), changes: CHANGES }),
  )
  // Only one that is empty can be deleted so: then nothing is lost that making it again would not bring back.
  const remove = (): Promise<boolean> =>
    act(() => api.call('DELETE /api/3.0/mlflow/workspaces/{workspace_name}', { workspace_name: name, mode: 'RESTRICT' }), {
      done: `The workspace ${name} is gone; it was empty.`,
      undo: () => api.call('POST /api/3.0/mlflow/workspaces', { ...workspace }),
      changes: CHANGES,
    })
  return (
    <article className="card">
      <header className="bar">
        <h2 className="grow name">{name}</h2>
        {draft.text === undefined && (
          <button type="button" className="quiet" onClick={() => draft.set(description)} aria-label={`Describe ${name}`}>
            Describe
          </button>
        )}
        {name !== 'default' && (
          <button type="button" className="quiet danger" onClick={() => void remove()} aria-label={`Delete the workspace ${name}`}>
            Delete
          </button>
        )}
      </header>
      {draft.text === undefined && description && <p>{description}</p>}
      {draft.text !== undefined && (
        <DraftForm draft={draft}>
          <input
            autoFocus
            className="grow"
            aria-label={`Description of ${name}`}
            value={draft.text}
            onChange={(event) => draft.set(event.target.value)}
          />
        </DraftForm>
      )}
      {default_artifact_root && <p className="mono faint">artifacts in {default_artifact_root}</p>}
    </article>
  )
}
