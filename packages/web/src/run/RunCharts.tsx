import type { Output } from '@millrace/client'
import { useMemo, useState } from 'react'
import { MetricChart } from '../charts/MetricChart.tsx'
import { count } from '../format.ts'
import { Search } from '../parts/Search.tsx'

const CHARTS_MAX = 24

type Info = Output<'GET /api/2.0/mlflow/runs/get'>['run']['info']

/** Each metric of a run over its steps. */
export function RunCharts({ run, metrics }: { run: Info; metrics: readonly string[] }) {
  const [typed, setTyped] = useState('')
  const drawn = useMemo(() => [{ run_id: run.run_id, name: run.run_name, place: 0 }], [run.run_id, run.run_name])
  const found = metrics.filter((name) => name.toLowerCase().includes(typed.toLowerCase()))
  if (metrics.length === 0) return <p className="faint">This run has logged none.</p>
  return (
    <>
      {metrics.length > CHARTS_MAX && (
        <div className="bar">
          <Search label="Find a metric" placeholder={`Find among ${count(metrics.length, 'metric')}`} value={typed} onChange={setTyped} />
        </div>
      )}
      <div className="charts">
        {found.slice(0, CHARTS_MAX).map((metric) => (
          <MetricChart key={metric} metric={metric} runs={drawn} />
        ))}
      </div>
    </>
  )
}
