import type { Output } from '@millrace/client'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api.ts'
import { count } from '../format.ts'
import { Code } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { More } from '../parts/More.tsx'
import { Search } from '../parts/Search.tsx'
import { Table } from '../parts/Table.tsx'
import { Time } from '../parts/Time.tsx'
import { usePages } from '../parts/use-pages.ts'
import { ExportMenu } from './ExportMenu.tsx'

const ROUTE = 'GET /api/2.0/millrace/inventory/unregistered'
type Model = Output<typeof ROUTE>['models'][number]

const PAGE = 500
const COLUMNS = ['experiment_id', 'experiment_name', 'run_id', 'run_name', 'model_id', 'name', 'owner', 'created_ms'] as const

const fits = (model: Model, typed: string): boolean =>
  [model.name, model.run_name, model.experiment_name, model.owner, model.run_id, model.model_id].some((text) =>
    text?.toLowerCase().includes(typed),
  )

/** Models that runs logged, and that nobody registered. */
export function Unregistered() {
  const [typed, setTyped] = useState('')
  const pages = usePages(ROUTE, { max_results: PAGE }, ({ models }) => models)
  if (pages.error) return <Problem error={pages.error} retry={pages.retry} />
  if (pages.isPending) return <Loading />
  if (pages.items.length === 0) return <AllRegistered />
  const models = pages.items.filter((one) => fits(one, typed.trim().toLowerCase()))
  return (
    <>
      <div className="bar">
        <Search label="Search logged models" placeholder="Part of a name, an owner or an id" value={typed} onChange={setTyped} />
        <ExportMenu name="unregistered" columns={COLUMNS} all={() => api.paged(ROUTE, 'models', { max_results: PAGE })} />
      </div>
      {models.length === 0 && <p className="faint">Nothing that was loaded has that in it.</p>}
      {models.length > 0 && (
        <Table label="Models that nobody registered" columns={['Model', 'Run', 'Experiment', 'Owner', 'Logged']} tall>
          {models.map((model) => (
            <Row key={model.model_id ?? model.run_id} model={model} />
          ))}
        </Table>
      )}
      <p className="faint">
        {count(models.length, 'model')}
        {pages.hasMore && ', the newest'}
      </p>
      <More pages={pages} noun="model" />
    </>
  )
}

function Row({ model }: { model: Model }) {
  const { experiment_id, experiment_name, run_id, run_name, model_id, name, owner, created_ms } = model
  return (
    <tr>
      <td className="wide" title={model_id}>
        {name ?? <span className="faint">files of the run</span>}
      </td>
      <td className="wide">
        {run_id === undefined ? (
          <span className="faint">none</span>
        ) : (
          <Link to="/experiments/$experimentId/runs/$runId" params={{ experimentId: experiment_id, runId: run_id }} title={run_name}>
            {run_name || run_id.slice(0, 8)}
          </Link>
        )}
      </td>
      <td className="wide">
        <Link to="/experiments/$experimentId" params={{ experimentId: experiment_id }} title={experiment_name}>
          {experiment_name}
        </Link>
      </td>
      <td className="wide" title={owner}>
        {owner}
      </td>
      <td>
        <Time at={created_ms} />
      </td>
    </tr>
  )
}

function AllRegistered() {
  return (
    <Empty title="Every model that a run logged is registered">
      <p>A model that is logged and not registered is in nobody’s sight: it is not scanned, signed or approved. One is registered so:</p>
      <Code text={'mlflow.register_model("models:/m-…", "churn")'} />
    </Empty>
  )
}
