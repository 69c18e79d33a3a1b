import { getRouteApi } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useApi } from '../api.ts'
import { type Drawn, MetricChart } from '../charts/MetricChart.tsx'
import { Loading, Problem } from '../parts/Loading.tsx'
import { ComparedTable } from './ComparedTable.tsx'
import { chartedMetrics, comparedIds, comparedRows } from './compared.ts'

const route = getRouteApi('/compare')
const GET_MANY = 'POST /api/2.0/millrace/runs/get-many'

/** Runs side by side: what differs first. */
export function ComparePage() {
  const ids = comparedIds(route.useSearch().runs)
  const [all, setAll] = useState(false)
  const found = useApi(GET_MANY, { run_ids: ids }, { enabled: ids.length > 0 })
  const runs = found.data?.runs ?? []
  const known = JSON.stringify(runs.map(({ info }, place) => ({ run_id: info.run_id, name: info.run_name, place })))
  // The runs are new objects at each answer: charts are drawn anew only when others are compared.
  const drawn = useMemo(() => JSON.parse(known) as Drawn[], [known])
  const [metrics, params, charted] = useMemo(() => {
    const of = found.data?.runs ?? []
    return [comparedRows(of, 'metrics'), comparedRows(of, 'params'), chartedMetrics(of)]
  }, [found.data])
  if (ids.length === 0) return <p className="faint">Select runs in an experiment’s table, then compare them.</p>
  if (found.isError) return <Problem error={found.error} />
  if (found.isPending) return <Loading lines={12} />
  return (
    <>
      <title>Compare · Millrace</title>
      <div className="heading">
        <h1>{runs.length} runs side by side</h1>
        <label className="check-line">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} /> Also what is equal
        </label>
      </div>
      <ComparedTable runs={runs} metrics={metrics} params={params} all={all} />
      <h2 className="spaced">Charts</h2>
      <div className="charts">
        {charted.map((name) => (
          <MetricChart key={name} metric={name} runs={drawn} />
        ))}
      </div>
    </>
  )
}
