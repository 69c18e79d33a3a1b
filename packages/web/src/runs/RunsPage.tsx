import { getRouteApi, Link } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useApi } from '../api.ts'
import { FirstRun } from '../experiments/FirstRun.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { Notes } from '../parts/Notes.tsx'
import { Rename } from '../parts/Rename.tsx'
import { Tags } from '../parts/Tags.tsx'
import { ColumnsMenu } from './ColumnsMenu.tsx'
import { FilterField } from './FilterField.tsx'
import { GroupBy } from './GroupBy.tsx'
import { GroupsTable } from './GroupsTable.tsx'
import { layoutOf } from './layout.ts'
import { useLive } from './live.ts'
import { RunsGrid } from './RunsGrid.tsx'
import { Selected } from './Selected.tsx'
import { asked as askedOf, useRuns } from './use-runs.ts'
import { ViewsMenu } from './ViewsMenu.tsx'
import { askedColumns, columnsOf, type View } from './view.ts'

const RunsCharts = lazy(async () => ({ default: (await import('../charts/RunsCharts.tsx')).RunsCharts }))
const TracesTable = lazy(async () => ({ default: (await import('../traces/TracesTable.tsx')).TracesTable }))

const route = getRouteApi('/experiments/$experimentId')
const TABS = [
  { tab: undefined, label: 'Runs' },
  { tab: 'charts', label: 'Charts' },
  { tab: 'traces', label: 'Traces' },
] as const

/** The runs of an experiment: a table, their charts, and traces. The address holds the whole view. */
export function RunsPage() {
  const { experimentId } = route.useParams()
  const view = route.useSearch()
  const navigate = route.useNavigate()
  const change = (part: Partial<View>): void => void navigate({ search: (before) => ({ ...before, ...part }), replace: true })
  const experiment = useApi('GET /api/2.0/mlflow/experiments/get', { experiment_id: experimentId })
  const names = useApi('GET /api/2.0/millrace/runs/columns', { experiment_ids: [experimentId] })
  const columns = useMemo(() => columnsOf(view, names.data), [view, names.data])
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set())
  const layout = useMemo(() => layoutOf(columns, view.widths, view.pinned), [columns, view.widths, view.pinned])
  const asked = useMemo(() => askedColumns(view, columns), [view, columns])
  const runs = useRuns(experimentId, view, asked, view.columns !== undefined || names.data !== undefined)
  const charted = view.tab === 'charts' ? (names.data?.metrics ?? []) : []
  const shown = askedOf(asked)
  useLive(experimentId, { ...shown, metrics: [...new Set([...shown.metrics, ...charted])] })
  if (experiment.isError) return <Problem error={experiment.error} />
  const { name = '', tags = [] } = experiment.data?.experiment ?? {}
  const owner = { experiment_id: experimentId }
  const isWhole = !view.filter && !view.deleted && experiment.data !== undefined
  const isEmpty = isWhole && !runs.isLoading && runs.problem === '' && runs.rows.length === 0
  const note = tags.find(({ key }) => key === 'mlflow.note.content')?.value ?? ''
  return (
    <>
      <title>{name === '' ? 'Millrace' : `${name} · Millrace`}</title>
      <div className="heading">
        <h1>
          <span className="crumb">
            <Link to="/experiments">Experiments</Link> <span className="faint">· {experimentId}</span>
          </span>
          {name || ' '}
        </h1>
        {experiment.data && <Rename key={name} name={name} owner={owner} />}
      </div>
      <Notes text={note} owner={owner} />
      <Tags tags={tags} owner={owner} />
      <nav className="tabs" aria-label="Views of the experiment">
        {TABS.map(({ tab, label }) => (
          <Link
            key={label}
            to="/experiments/$experimentId"
            params={{ experimentId }}
            search={{ ...view, tab }}
            activeOptions={{ explicitUndefined: true }}
          >
            {label}
          </Link>
        ))}
      </nav>
      {view.tab === 'traces' ? (
        <Suspense fallback={<Loading />}>
          <TracesTable experimentId={experimentId} />
        </Suspense>
      ) : (
        <>
          <div className="bar">
            <FilterField
              experimentId={experimentId}
              filter={view.filter ?? ''}
              names={names.data}
              problem={runs.problem}
              onChange={(filter) => change({ filter })}
            />
            <label className="check-line">
              <input type="checkbox" checked={view.deleted ?? false} onChange={(event) => change({ deleted: event.target.checked })} />{' '}
              Trash
            </label>
            {view.tab === undefined && (
              <ColumnsMenu
                names={names.data}
                shown={columns}
                pinned={view.pinned ?? 0}
                onChange={(ids, pinned) => change({ columns: ids, pinned: pinned || undefined })}
              />
            )}
            {view.tab === undefined && <GroupBy names={names.data} group={view.group} change={change} />}
            <ViewsMenu experimentId={experimentId} tags={tags} view={view} />
            {view.tab === undefined && (
              <Selected chosen={chosen} choose={choose} runs={runs} columns={columns} names={names.data} deleted={view.deleted ?? false} />
            )}
          </div>
          {runs.problem !== '' && (
            <p className="filter-problem" role="alert" id="filter-problem">
              {runs.problem}
            </p>
          )}
          {isEmpty ? (
            <FirstRun experiment={name} />
          ) : view.tab === 'charts' ? (
            <Suspense fallback={<Loading />}>
              <RunsCharts experimentId={experimentId} runs={runs.rows} columns={asked} names={names.data} view={view} change={change} />
            </Suspense>
          ) : view.group !== undefined ? (
            <GroupsTable experimentId={experimentId} view={view} columns={columns} change={change} />
          ) : (
            <RunsGrid
              experimentId={experimentId}
              runs={runs}
              columns={columns}
              layout={layout}
              onResize={(id, width) => change({ widths: { ...view.widths, [id]: width } })}
              order={view.order}
              setOrder={(order) => change({ order })}
              chosen={chosen}
              choose={choose}
              isFiltered={Boolean(view.filter)}
            />
          )}
        </>
      )}
    </>
  )
}
