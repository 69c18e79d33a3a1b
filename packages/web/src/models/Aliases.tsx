import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, useApi } from '../api.ts'
import { act, emptied } from '../shell/act.ts'

const CHANGES = [
  'GET /api/2.0/mlflow/registered-models/get',
  'GET /api/2.0/mlflow/model-versions/search',
  'GET /api/2.0/millrace/promotions/history',
  'GET /api/2.0/millrace/promotions/requests',
  'GET /api/2.0/millrace/promotions/explain',
] as const

type Alias = { readonly alias: string; readonly version: string }
type Props = { name: string; aliases: readonly Alias[]; versions: readonly string[]; of?: 'model' | 'prompt' }

/** The names under which others load a model or a prompt. Where a policy protects one, what is missing is said before somebody asks. */
export function Aliases({ name, aliases, versions, of = 'model' }: Props) {
  const remove = ({ alias, version }: Alias): Promise<boolean> =>
    act(() => api.registeredModels.deleteAlias({ name, alias }), {
      done: `@${alias} means nothing any more.`,
      undo: () => api.registeredModels.setAlias({ name, alias, version }),
      changes: CHANGES,
    })
  return (
    <section>
      <h2 className="spaced">Aliases</h2>
      <div className="chips set">
        {aliases.map((one) => (
          <span key={one.alias} className="chip removable">
            {of === 'model' ? (
              <Link to="/models/$name/versions/$version" params={{ name, version: one.version }}>
                @{one.alias} → version {one.version}
              </Link>
            ) : (
              <span>
                @{one.alias} → version {one.version}
              </span>
            )}
            <button type="button" className="quiet" onClick={() => void remove(one)} aria-label={`Take the alias ${one.alias} away`}>
              ×
            </button>
          </span>
        ))}
        {aliases.length === 0 && (
          <span className="faint">None. An alias such as @champion is what others load, so that they need not know a number.</span>
        )}
      </div>
      {versions.length > 0 && <SetAlias name={name} aliases={aliases} versions={versions} />}
    </section>
  )
}

function SetAlias({ name, aliases, versions }: Props) {
  const [typed, setTyped] = useState('')
  const [chosen, choose] = useState('')
  const alias = typed.trim()
  const version = chosen || (versions[0] ?? '')
  const before = aliases.find((one) => one.alias === alias)?.version
  const move = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    const isSet = await act(() => api.registeredModels.setAlias({ name, alias, version }), {
      done: `@${alias} now means version ${version}.`,
      undo: () =>
        before === undefined
          ? api.registeredModels.deleteAlias({ name, alias })
          : api.registeredModels.setAlias({ name, alias, version: before }),
      changes: CHANGES,
    })
    if (isSet) setTyped(emptied(typed))
  }
  return (
    <>
      <form className="bar spaced" onSubmit={move}>
        <input
          aria-label="Alias"
          placeholder="champion"
          list="known-aliases"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <datalist id="known-aliases">
          {aliases.map((one) => (
            <option key={one.alias} value={one.alias} />
          ))}
        </datalist>
        <span className="faint">means</span>
        <select aria-label="Version" value={version} onChange={(event) => choose(event.target.value)}>
          {versions.map((one) => (
            <option key={one} value={one}>
              version {one}
            </option>
          ))}
        </select>
        <button type="submit" disabled={alias === ''}>
          Set the alias
        </button>
      </form>
      {alias !== '' && <Missing name={name} version={version} alias={alias} />}
    </>
  )
}

/** What the policy asks for before the version may have the alias. */
function Missing(asked: { name: string; version: string; alias: string }) {
  const { data } = useApi('GET /api/2.0/millrace/promotions/explain', asked, { keep: true })
  if (!data?.is_protected) return null
  if (data.allowed) return <p className="status good">✓ The policy lets version {asked.version} have it.</p>
  return (
    <div className="card">
      <p>
        A policy protects @{asked.alias}.{' '}
        {data.request_id ? (
          <>
            <Link to="/requests">Request {data.request_id}</Link> is open for it, and lacks:
          </>
        ) : (
          'Setting it opens a request, which others approve. Still missing:'
        )}
      </p>
      <ul>
        {data.missing.map(({ what, says }) => (
          <li key={what + says}>{says}</li>
        ))}
      </ul>
    </div>
  )
}
