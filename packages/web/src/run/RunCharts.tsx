import type { Output } from '@millrace/client'
import { useMemo, useState } from 'react'
import { MetricChart } from '../charts/MetricChart.tsx'
import { count } from '../format.ts'
import { Code } from '../parts/Copy.tsx'
import { Empty } from '../parts/Empty.tsx'
import { ShowMore } from '../parts/More.tsx'
import { Search } from '../parts/Search.tsx'

const CHARTS_AT_ONCE = 24

type Info = Output<'GET /api/2.0/mlflow/runs/get'>['run']['info']

/** Each metric of a run over its steps. */
export function RunCharts({ run, metrics, isSystem }: { run: Info; metrics: readonly string[]; isSystem: boolean }) {
  const [typed, setTyped] = useState('')
  const drawn = useMemo(() => [{ run_id: run.run_id, name: run.run_name, place: 0 }], [run.run_id, run.run_name])
  const [most, setMost] = useState(CHARTS_AT_ONCE)
  const found = metrics.filter((name) => name.toLowerCase().includes(typed.toLowerCase()))
  if (metrics.length === 0) {
    return (
      <Empty title={isSystem ? 'This run has logged no system metrics' : 'This run has logged no metrics'}>
        <p>
          {isSystem
            ? 'They tell what the machine did meanwhile: its processor, memory, disks and graphics cards.'
            : 'A metric is logged step by step, and drawn here as it comes.'}
        </p>
        <Code
          text={isSystem ? 'pip install psutil\n\nmlflow.enable_system_metrics_logging()' : 'mlflow.log_metric("loss", 0.25, step=1)'}
        />
      </Empty>
    )
  }
  return (
    <>
      {metrics.length > CHARTS_AT_ONCE && (
        <div className="bar">
          <Search label="Find a metric" placeholder={`Find among ${count(metrics.length, 'metric')}`} value={typed} onChange={setTyped} />
        </div>
      )}
      <div className="charts">
        {found.slice(0, most).map((metric) => (
          <MetricChart key={metric} metric={metric} runs={drawn} />
        ))}
      </div>
      {found.length > most && <ShowMore shown={most} noun="metric" total={found.length} onMore={() => setMost(most + CHARTS_AT_ONCE)} />}
    </>
  )
}
