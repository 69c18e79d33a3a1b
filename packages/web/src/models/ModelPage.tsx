import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, refresh, sentenceOf, useApi } from '../api.ts'
import { quoted } from '../filters.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Markdown } from '../parts/Markdown.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { Time } from '../parts/Time.tsx'
import { say } from '../shell/Toasts.tsx'
import { History } from '../trust/History.tsx'
import { Trust } from './Trust.tsx'

const route = getRouteApi('/models/$name')
const GET = 'GET /api/2.0/mlflow/registered-models/get'
const VERSIONS = 'GET /api/2.0/mlflow/model-versions/search'
const PAGE_MAX = 200

/** A registered model: its aliases and its versions. */
export function ModelPage() {
  const { name } = route.useParams()
  const model = useApi(GET, { name })
  const versions = useApi(VERSIONS, {
    filter: `name = ${quoted(name)}`,
    order_by: ['version_number DESC'],
    max_results: PAGE_MAX,
  })
  if (model.isError) return <Problem error={model.error} retry={() => model.refetch()} />
  if (!model.data) return <Loading />
  const { description = '', aliases, tags } = model.data.registered_model
  const list = versions.data?.model_versions ?? []
  return (
    <>
      <title>{`${name} · Millrace`}</title>
      <div className="heading">
        <h1>
          <span className="crumb">
            <Link to="/models">Models</Link>
          </span>
          {name}
        </h1>
      </div>
      {description !== '' && <Markdown text={description} />}
      {tags.length > 0 && (
        <p className="chips">
          {tags.map(({ key, value }) => (
            <span key={key} className="chip" title={`${key}: ${value}`}>
              {key}: {value}
            </span>
          ))}
        </p>
      )}
      <Aliases name={name} aliases={aliases} versions={list.map(({ version }) => version)} />
      <History name={name} aliases={aliases} />
      <h2 className="spaced">Versions</h2>
      {versions.isPending && <Loading />}
      {versions.data && list.length === 0 && <p className="faint">There is no version yet: register one with mlflow.register_model.</p>}
      {list.length > 0 && (
        <Scroll label="Versions">
          <table>
            <thead>
              <tr>
                <th>Version</th>
                <th>Trust</th>
                <th>Stage</th>
                <th>Aliases</th>
                <th>By</th>
                <th>Registered</th>
              </tr>
            </thead>
            <tbody>
              {list.map((one) => (
                <tr key={one.version}>
                  <td>
                    <Link to="/models/$name/versions/$version" params={{ name, version: one.version }}>
                      Version {one.version}
                    </Link>
                  </td>
                  <td>
                    <Trust version={one} />
                  </td>
                  <td>{one.current_stage === 'None' ? '' : one.current_stage}</td>
                  <td>
                    {(one.aliases.length > 0 ? one.aliases : aliases.filter((a) => a.version === one.version).map((a) => a.alias))
                      .map((a) => `@${a}`)
                      .join(', ')}
                  </td>
                  <td>{one.user_id}</td>
                  <td>
                    <Time at={one.creation_timestamp} />
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

type AliasesProps = { name: string; aliases: readonly { alias: string; version: string }[]; versions: readonly string[] }

/** The names under which others load the model. Where a policy protects one, the server opens a request and says so. */
function Aliases({ name, aliases, versions }: AliasesProps) {
  const [alias, setAlias] = useState('')
  const [version, setVersion] = useState('')
  const move = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault()
    const before = aliases.find((one) => one.alias === alias)?.version
    try {
      await api.registeredModels.setAlias({ name, alias, version: version || (versions[0] ?? '') })
      say(`@${alias} now means version ${version || versions[0]}.`, {
        ...(before !== undefined && {
          undo: () => void api.registeredModels.setAlias({ name, alias, version: before }).then(() => refresh(GET, VERSIONS)),
        }),
      })
      setAlias('')
    } catch (error) {
      say(sentenceOf(error), { isProblem: true })
    }
    await refresh(GET, VERSIONS, 'GET /api/2.0/millrace/promotions/history', 'GET /api/2.0/millrace/promotions/requests')
  }
  return (
    <section>
      <h2 className="spaced">Aliases</h2>
      <div className="chips">
        {aliases.map((one) => (
          <Link key={one.alias} className="chip" to="/models/$name/versions/$version" params={{ name, version: one.version }}>
            @{one.alias} → version {one.version}
          </Link>
        ))}
        {aliases.length === 0 && (
          <span className="faint">None. An alias such as @champion is what others load, so that they need not know a number.</span>
        )}
      </div>
      {versions.length > 0 && (
        <form className="bar spaced" onSubmit={move}>
          <input aria-label="Alias" placeholder="champion" value={alias} onChange={(event) => setAlias(event.target.value)} />
          <span className="faint">means</span>
          <select aria-label="Version" value={version || versions[0]} onChange={(event) => setVersion(event.target.value)}>
            {versions.map((one) => (
              <option key={one} value={one}>
                version {one}
              </option>
            ))}
          </select>
          <button type="submit" disabled={alias.trim() === ''}>
            Set the alias
          </button>
        </form>
      )}
    </section>
  )
}
