import { getRouteApi, Link } from '@tanstack/react-router'
import { useApi } from '../api.ts'
import { duration, moment } from '../format.ts'
import { Copy } from '../parts/Copy.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Notes } from '../parts/Notes.tsx'
import { Rename } from '../parts/Rename.tsx'
import { Status } from '../parts/Status.tsx'
import { Tags } from '../parts/Tags.tsx'
import { useLive } from '../runs/live.ts'
import { TracesTable } from '../traces/TracesTable.tsx'
import { Artifacts } from './Artifacts.tsx'
import { Datasets } from './Datasets.tsx'
import { Lineage } from './Lineage.tsx'
import { LoggedModels } from './LoggedModels.tsx'
import { madeBy } from './logged-models.ts'
import { RunCharts } from './RunCharts.tsx'
import { RunOverview } from './RunOverview.tsx'

const route = getRouteApi('/experiments/$experimentId/runs/$runId')
const TABS = [
  { tab: undefined, label: 'Overview' },
  { tab: 'charts', label: 'Charts' },
  { tab: 'system', label: 'System metrics' },
  { tab: 'datasets', label: 'Datasets' },
  { tab: 'models', label: 'Models' },
  { tab: 'artifacts', label: 'Artifacts' },
  { tab: 'traces', label: 'Traces' },
  { tab: 'lineage', label: 'Lineage' },
] as const
const ASKED_MS = 30_000

/** One run: what it is, what it measured, what it left. */
export function RunPage() {
  const { experimentId, runId } = route.useParams()
  const { tab, path, model } = route.useSearch()
  const found = useApi('GET /api/2.0/mlflow/runs/get', { run_id: runId }, { refetch_ms: ASKED_MS, keep: true })
  const experiment = useApi('GET /api/2.0/mlflow/experiments/get', { experiment_id: experimentId })
  useLive(experimentId, { run_id: runId, metrics: (found.data?.run.data.metrics ?? []).map(({ key }) => key) })
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />
  if (!found.data) return <Loading lines={10} />
  const { info, data, inputs, outputs } = found.data.run
  const tagged = new Map(data.tags.map(({ key, value }) => [key, value]))
  const owner = { run_id: runId }
  const parent = tagged.get('mlflow.parentRunId')
  return (
    <>
      <title>{`${info.run_name} · Millrace`}</title>
      <div className="heading">
        <h1>
          <span className="crumb">
            <Link to="/experiments">Experiments</Link> /{' '}
            <Link to="/experiments/$experimentId" params={{ experimentId }} search={{}}>
              {experiment.data?.experiment.name ?? experimentId}
            </Link>
            {parent && (
              <>
                {' '}
                /{' '}
                <Link to="/experiments/$experimentId/runs/$runId" params={{ experimentId, runId: parent }}>
                  parent run
                </Link>
              </>
            )}
          </span>
          {info.run_name}
        </h1>
        <Status of={info.status} />
        {info.lifecycle_stage === 'deleted' && <span className="chip bad">in the trash</span>}
        <Rename key={info.run_name} name={info.run_name} owner={owner} />
        <Copy text={runId} label="Copy the id" />
      </div>
      <p className="faint">
        {info.start_time !== undefined && `Started ${moment(info.start_time)}`}
        {info.user_id !== '' && ` by ${info.user_id}`}
        {info.start_time !== undefined && info.end_time !== undefined && `, took ${duration(info.end_time - info.start_time)}`}
      </p>
      <nav className="tabs" aria-label="Parts of the run">
        {TABS.map((one) => (
          <Link
            key={one.label}
            to="/experiments/$experimentId/runs/$runId"
            params={{ experimentId, runId }}
            search={{ tab: one.tab }}
            activeOptions={{ includeSearch: true, explicitUndefined: true }}
          >
            {one.label}
          </Link>
        ))}
      </nav>
      {tab === undefined && (
        <>
          <Notes text={tagged.get('mlflow.note.content') ?? ''} owner={owner} />
          <Tags tags={data.tags} owner={owner} />
          <RunOverview data={data} inputs={inputs} outputs={outputs} />
        </>
      )}
      {(tab === 'charts' || tab === 'system') && (
        <RunCharts
          run={info}
          isSystem={tab === 'system'}
          metrics={data.metrics.map(({ key }) => key).filter((key) => key.startsWith('system/') === (tab === 'system'))}
        />
      )}
      {tab === 'datasets' && <Datasets inputs={inputs?.dataset_inputs ?? []} />}
      {tab === 'models' && (
        <LoggedModels ids={madeBy(found.data.run)} experimentId={experimentId} runId={runId} model={model} path={path ?? ''} />
      )}
      {tab === 'artifacts' && (
        <Artifacts
          owner={{ run_id: runId }}
          path={path ?? ''}
          at={{ experimentId, runId, search: { tab: 'artifacts' } }}
          none={'This run has logged no artifacts. `mlflow.log_artifact("plot.png")` logs a file, `mlflow.log_figure(...)` a plot.'}
        />
      )}
      {tab === 'traces' && <TracesTable experimentId={experimentId} runId={runId} />}
      {tab === 'lineage' && <Lineage run={found.data.run} />}
    </>
  )
}
