import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { nameFilter } from '../filters.ts'
import { Code } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Scroll } from '../parts/Scroll.tsx'
import { Search } from '../parts/Search.tsx'
import { Time } from '../parts/Time.tsx'
import { usePages } from '../parts/use-pages.ts'
import { Trust } from './Trust.tsx'
import './models.css'

const PAGE_MAX = 200

/** The registered models, each with its newest version's state of trust. */
export function ModelsPage() {
  const [typed, setTyped] = useState('')
  const filter = nameFilter(typed)
  const pages = usePages(
    'GET /api/2.0/mlflow/registered-models/search',
    { max_results: PAGE_MAX, order_by: ['last_updated_timestamp DESC'], ...(filter !== '' && { filter }) },
    ({ registered_models }) => registered_models,
  )
  const models = pages.items
  return (
    <>
      <title>Models · Millrace</title>
      <div className="heading">
        <h1>Models</h1>
        <Link to="/rollouts" className="button">
          Rollouts
        </Link>
      </div>
      <div className="bar">
        <Search label="Search models by name" placeholder="Search by name" value={typed} onChange={setTyped} />
      </div>
      {pages.error && <Problem error={pages.error} retry={pages.retry} />}
      {pages.isPending && <Loading />}
      {pages.first && models.length === 0 && (typed === '' ? <NoModels /> : <p className="faint">No model has that name.</p>)}
      {models.length > 0 && (
        <Scroll label="Models">
          <table className="models">
            <thead>
              <tr>
                <th>Name</th>
                <th>Newest version</th>
                <th>Aliases</th>
                <th>Trust</th>
                <th>Changed</th>
              </tr>
            </thead>
            <tbody>
              {models.map(({ name, latest_versions, aliases, last_updated_timestamp }) => {
                const newest = [...latest_versions].sort((a, b) => Number(b.version) - Number(a.version))[0]
                return (
                  <tr key={name}>
                    <td className="wide">
                      <Link to="/models/$name" params={{ name }} title={name}>
                        {name}
                      </Link>
                    </td>
                    <td>{newest ? `version ${newest.version}` : <span className="faint">none</span>}</td>
                    <td>
                      <span className="chips many">
                        {aliases.map(({ alias, version }) => (
                          <span key={alias} className="chip">
                            @{alias} → {version}
                          </span>
                        ))}
                      </span>
                    </td>
                    <td>
                      {newest && (
                        <Trust version={newest} serving={aliases.filter((one) => one.version === newest.version).map((one) => one.alias)} />
                      )}
                    </td>
                    <td>
                      <Time at={last_updated_timestamp} />
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </Scroll>
      )}
      <More pages={pages} noun="model" />
    </>
  )
}

function NoModels() {
  return (
    <Empty title="No model is registered yet">
      <p>Register one when it is logged, or from a run that has logged it:</p>
      <Code text={'mlflow.sklearn.log_model(model, name="model", registered_model_name="churn")'} />
      <p className="faint">Its files are then hashed and frozen, and checked before anything can serve them.</p>
    </Empty>
  )
}
