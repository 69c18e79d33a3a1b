import type { Output } from '@millrace/client'
import { useQueries } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { api } from '../api.ts'
import { type Drawn, MetricChart } from '../charts/MetricChart.tsx'
import { metric } from '../format.ts'
import { Loading, Problem } from '../parts/Loading.tsx'

type Run = Output<'GET /api/2.0/mlflow/runs/get'>['run']

const route = getRouteApi('/compare')
const RUNS_MAX = 200
const CHARTS_MAX = 6
const GET = 'GET /api/2.0/mlflow/runs/get'

/** Runs side by side: what differs first. */
export function ComparePage() {
  const ids = [...new Set(route.useSearch().runs.split(',').filter(Boolean))].slice(0, RUNS_MAX)
  const [all, setAll] = useState(false)
  const found = useQueries({
    queries: ids.map((run_id) => ({
      queryKey: [GET, { run_id }],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.call(GET, { run_id }, { signal }),
    })),
  })
  const failed = found.find(({ isError }) => isError)
  const isPending = found.some((one) => one.isPending)
  const runs = found.flatMap(({ data }) => (data ? [data.run] : []))
  const known = JSON.stringify(runs.map(({ info }, place) => ({ run_id: info.run_id, name: info.run_name, place })))
  // The runs are new objects at each answer: charts are drawn anew only when others are compared.
  const drawn = useMemo(() => JSON.parse(known) as Drawn[], [known])
  if (failed) return <Problem error={failed.error} />
  if (ids.length === 0) return <p className="faint">Select runs in an experiment’s table, then compare them.</p>
  if (isPending) return <Loading lines={12} />
  const metrics = rowsOf(runs, 'metrics')
  const params = rowsOf(runs, 'params')
  return (
    <>
      <title>Compare · Millrace</title>
      <div className="heading">
        <h1>{runs.length} runs side by side</h1>
        <label className="check-line">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} /> Also what is equal
        </label>
      </div>
      <div className="scroll tall" tabIndex={0} role="region" aria-label="Comparison">
        <table>
          <thead>
            <tr>
              <th>Run</th>
              {runs.map(({ info }) => (
                <th key={info.run_id}>
                  <Link
                    to="/experiments/$experimentId/runs/$runId"
                    params={{ experimentId: info.experiment_id, runId: info.run_id }}
                    title={info.run_name}
                  >
                    {info.run_name}
                  </Link>
                </th>
              ))}
            </tr>
          </thead>
          <Group title="Metrics" rows={metrics} all={all} numbers />
          <Group title="Parameters" rows={params} all={all} />
        </table>
      </div>
      <h2 className="spaced">Charts</h2>
      <div className="charts">
        {metrics
          .filter(({ name }) => !name.startsWith('system/'))
          .slice(0, CHARTS_MAX)
          .map(({ name }) => (
            <MetricChart key={name} metric={name} runs={drawn} />
          ))}
      </div>
    </>
  )
}

type Compared = { readonly name: string; readonly values: readonly string[]; readonly differs: boolean }

/** Each name that any of the runs has, with the runs' values; those that differ come first. */
function rowsOf(runs: readonly Run[], kind: 'metrics' | 'params'): Compared[] {
  const names = new Set(runs.flatMap(({ data }) => data[kind].map(({ key }) => key)))
  const maps = runs.map(({ data }) => new Map<string, number | string>(data[kind].map(({ key, value }) => [key, value])))
  return [...names]
    .map((name) => {
      const values = maps.map((values) => (kind === 'metrics' ? metric(values.get(name)) : String(values.get(name) ?? '')))
      return { name, values, differs: new Set(values).size > 1 }
    })
    .sort((a, b) => Number(b.differs) - Number(a.differs) || a.name.localeCompare(b.name))
}

function Group({ title, rows, all, numbers = false }: { title: string; rows: readonly Compared[]; all: boolean; numbers?: boolean }) {
  const shown = all ? rows : rows.filter(({ differs }) => differs)
  const equal = rows.length - rows.filter(({ differs }) => differs).length
  return (
    <tbody>
      <tr>
        <th colSpan={(rows[0]?.values.length ?? 0) + 1}>
          {title} {equal > 0 && !all && `(${equal} equal and not shown)`}
        </th>
      </tr>
      {shown.map(({ name, values, differs }) => (
        <tr key={name} className={differs && all ? 'different' : ''}>
          <td className="wide" title={name}>
            {name}
          </td>
          {values.map((value, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the place is the run
            <td key={at} className={numbers ? 'number' : 'wide'} title={value}>
              {value}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  )
}
