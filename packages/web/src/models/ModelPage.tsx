import { getRouteApi, Link } from '@tanstack/react-router'
import { useApi } from '../api.ts'
import { quoted } from '../filters.ts'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Markdown } from '../parts/Markdown.tsx'
import { More } from '../parts/More.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { Time } from '../parts/Time.tsx'
import { usePages } from '../parts/use-pages.ts'
import { History } from '../trust/History.tsx'
import { RequestsOf } from '../trust/Requests.tsx'
import { Aliases } from './Aliases.tsx'
import { Rollouts } from './Rollouts.tsx'
import { Trust } from './Trust.tsx'
import './models.css'

const route = getRouteApi('/models/$name')
const GET = 'GET /api/2.0/mlflow/registered-models/get'
const VERSIONS = 'GET /api/2.0/mlflow/model-versions/search'
const PAGE_MAX = 200

/** A registered model: its aliases and its versions. */
export function ModelPage() {
  const { name } = route.useParams()
  const model = useApi(GET, { name })
  const filter = `name = ${quoted(name)}`
  const versions = usePages(VERSIONS, { filter, order_by: ['version_number DESC'], max_results: PAGE_MAX }, (of) => of.model_versions)
  if (model.isError) return <Problem error={model.error} retry={() => model.refetch()} />
  if (!model.data) return <Loading />
  const { description = '', aliases, tags } = model.data.registered_model
  const list = versions.items
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
      <RequestsOf name={name} />
      <h2 className="spaced">Versions</h2>
      {versions.error && <Problem error={versions.error} retry={versions.retry} />}
      {versions.isPending && <Loading />}
      {versions.first && list.length === 0 && <p className="faint">There is no version yet: register one with mlflow.register_model.</p>}
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
                    <Trust version={one} serving={aliases.filter((a) => a.version === one.version).map((a) => a.alias)} />
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
      <More pages={versions} noun="version" />
      <Rollouts name={name} aliases={aliases} versions={list.map(({ version }) => version)} />
      <History name={name} aliases={aliases} />
    </>
  )
}
